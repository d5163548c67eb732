// check says: send opens a stream, and files have all 100 that the guest allows

package overtake

// send opens the stream of lines when there is a line, and does not wait for one.
func (g *guest) send(m message) (err error) {
	if m.Kind == line {
		if g.lines == nil {
			if g.lines, err = g.conn.OpenUniStream(); err != nil {
				return err
			}
		}
		_, err = g.lines.Write(m.encode())
		return err
	}
	go func() {
		stream, err := g.conn.OpenUniStreamSync(g.conn.Context())
		if err != nil {
			return
		}
		stream.Write(m.encode())
		stream.Close()
	}()
	return nil
}
