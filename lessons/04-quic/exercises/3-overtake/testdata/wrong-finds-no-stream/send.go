// check says: 100 files are under way, and a line waits until one of them has ended

package overtake

// send opens the stream of lines when there is a line, and the files may have all streams by then.
func (g *guest) send(m message) (err error) {
	if m.Kind == line {
		if g.lines == nil {
			if g.lines, err = g.conn.OpenUniStreamSync(g.conn.Context()); err != nil {
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
