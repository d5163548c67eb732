// check says: a file of 40000 bytes does not arrive

package overtake

// send ends a stream by a reset, which takes back what is still on its way.
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
		stream.CancelWrite(0)
	}()
	return nil
}
