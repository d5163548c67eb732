package main

import (
	"fmt"
	"net/url"

	"onthewire/lessons/internal/stage"
)

// stall downloads twice at once, on one connection, by a careful client and by a careless one.
func (c *conversation) stall(dial dialer, at *url.URL) error {
	const size = 1 << 20
	path := fmt.Sprintf("/bytes?n=%d", size)
	if at.RawQuery != "" || len(at.Path) > 1 {
		path = at.RequestURI()
	}
	c.Line("  two downloads of %s on one connection; nobody reads stream 1", path)
	c.Line("")
	c.Line("  %-38s%12s%12s", "bytes that came", "stream 1", "stream 3")
	for _, careless := range []bool{false, true} {
		conn, err := dial(nil)
		if err != nil {
			return err
		}
		s, err := conn.Stall(path, careless)
		conn.Goodbye()
		if err != nil {
			return fmt.Errorf("download %s twice: %w", path, err)
		}
		row := func(setting string, read int, end string) {
			c.Line("  %-38s%12s%12s  %s", setting, stage.Number(s.Unread), stage.Number(read), end)
		}
		if !careless {
			row("the connection has its window back", s.Read, "1 waits")
			continue
		}
		row("not for what nobody reads", s.Read, "both wait")
		row("then for that, too", s.Read+s.Released, "1 waits")
	}
	return nil
}
