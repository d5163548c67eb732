package names

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"

	"onthewire/lessons/05-http/zone"
	"onthewire/lessons/internal/experiment"
)

// Moved changes a name's address while a connection to the old one is in the pool.
var Moved = experiment.Experiment{
	Name:     "moved",
	Subjects: []string{"DNS", "keep-alive", "CloseIdleConnections", "IdleConnTimeout", "Connection: close"},
	About:    "A name gets another address, with a TTL of a second. Who answers?",
	Do:       moved,
}

func moved(ctx context.Context, r *experiment.Report) error {
	before, after := netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")
	var last atomic.Bool // the first server's answers are its connections' last
	first, port, err := serve(before, 0, &last)
	if err != nil {
		return err
	}
	defer first.Close()
	second, _, err := serve(after, port, new(atomic.Bool))
	if err != nil {
		return &experiment.Unavailable{Why: err.Error(), Remedy: "give the loopback interface the address 127.0.0.2"}
	}
	defer second.Close()
	z := new(zone.Zone)
	z.Set(before)
	transport := &http.Transport{DialContext: (&net.Dialer{Resolver: z.Resolver()}).DialContext}
	defer transport.CloseIdleConnections()
	ask := func(setting string, times int) (by string, err error) {
		for range times {
			req, err := http.NewRequestWithContext(ctx, "GET", fmt.Sprintf("http://service.test:%d/", port), nil)
			if err != nil {
				return "", err
			}
			resp, err := transport.RoundTrip(req)
			if err != nil {
				return "", err
			}
			answer, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if by = string(answer); err != nil {
				return "", err
			}
		}
		r.Add(setting, fmt.Sprintf("%s, lookups %d", by, z.Asked()))
		return by, nil
	}
	var by [5]string
	if by[0], err = ask("the name says 127.0.0.1", 1); err != nil {
		return err
	}
	z.Set(after)
	if by[1], err = ask("it says 127.0.0.2, and we ask ten times", 10); err != nil {
		return err
	}
	last.Store(true)
	if by[2], err = ask("its server says Connection: close", 1); err != nil {
		return err
	}
	if by[3], err = ask("and once more", 1); err != nil {
		return err
	}
	z.Set(before)
	transport.CloseIdleConnections()
	if by[4], err = ask("the name is back, CloseIdleConnections", 1); err != nil {
		return err
	}
	b, a := before.String(), after.String()
	r.Shown = by == [5]string{b, b, b, a, b} && z.Asked() == 3
	r.Says = "A name is looked up when a connection is opened. As long as a pool finds one that is open, nobody asks whether the name has moved."
	return nil
}

// serve answers with the address at which it listens, and if last says so, closes then.
func serve(addr netip.Addr, port int, last *atomic.Bool) (*http.Server, int, error) {
	listener, err := net.Listen("tcp", netip.AddrPortFrom(addr, uint16(port)).String())
	if err != nil {
		return nil, 0, fmt.Errorf("listen: %w", err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if last.Load() {
			w.Header().Set("Connection", "close")
		}
		io.WriteString(w, addr.String())
	})}
	go server.Serve(listener)
	return server, listener.Addr().(*net.TCPAddr).Port, nil
}
