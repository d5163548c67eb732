// check says: a line arrives in the middle of another one

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package chat

func (r *Room) hear(from *Member, said []byte) {
	for _, m := range r.Members {
		if m != from {
			r.tell(m, said)
		}
	}
}

func (r *Room) tell(m *Member, line []byte) {
	m.Pending = append(m.Pending, line...)
	r.Flush(m)
	if len(m.Pending) > maxPending {
		r.Leave(m)
	}
}
