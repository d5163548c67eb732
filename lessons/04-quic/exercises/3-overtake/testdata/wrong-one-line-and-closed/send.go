// check says: send fails: stream closed

package overtake

// send closes the stream of all lines behind the first.
func (g *guest) send(m message) (err error) {
	if g.lines == nil { // before the files take all streams
		if g.lines, err = g.conn.OpenUniStream(); err != nil {
			return err
		}
	}
	if m.Kind == line {
		if _, err = g.lines.Write(m.encode()); err != nil {
			return err
		}
		return g.lines.Close()
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
