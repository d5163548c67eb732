// Package overtake is exercise 4.3: a chat in which a line does not wait for a file.
package overtake

// send has one stream for all lines, which keeps them in order, and one for each file.
func (g *guest) send(m message) (err error) {
	if g.lines == nil { // before the files take all streams
		if g.lines, err = g.conn.OpenUniStream(); err != nil {
			return err
		}
	}
	if m.Kind == line {
		_, err = g.lines.Write(m.encode())
		return err
	}
	go func() {
		stream, err := g.conn.OpenUniStreamSync(g.conn.Context())
		if err != nil {
			return // the guest has gone
		}
		stream.Write(m.encode())
		stream.Close()
	}()
	return nil
}
