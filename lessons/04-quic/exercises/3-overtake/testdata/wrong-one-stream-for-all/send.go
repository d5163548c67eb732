// check says: one packet of a file is lost, and a line waits for the file

package overtake

// send has one stream, and one order for everything on it.
func (g *guest) send(m message) (err error) {
	if g.lines == nil {
		if g.lines, err = g.conn.OpenUniStream(); err != nil {
			return err
		}
	}
	_, err = g.lines.Write(m.encode())
	return err
}
