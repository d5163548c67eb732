// check says: the packet of line one is lost, and lines are heard in another order than they were said in

package overtake

// send has a stream for each message, and streams keep no order among each other.
func (g *guest) send(m message) error {
	if m.Kind == line {
		stream, err := g.conn.OpenUniStream()
		if err != nil {
			return err
		}
		stream.Write(m.encode())
		return stream.Close()
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
