// check says: one packet of a file is lost, and a line waits for the file

package overtake

// send has a stream for each file, and returns when all of it has been sent.
func (g *guest) send(m message) (err error) {
	if g.lines == nil {
		if g.lines, err = g.conn.OpenUniStream(); err != nil {
			return err
		}
	}
	if m.Kind == line {
		_, err = g.lines.Write(m.encode())
		return err
	}
	stream, err := g.conn.OpenUniStreamSync(g.conn.Context())
	if err != nil {
		return err
	}
	if _, err := stream.Write(m.encode()); err != nil {
		return err
	}
	return stream.Close()
}
