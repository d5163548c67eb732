// check says: a line without an end piles up in the server

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package chat

import "bytes"

func (r *Room) hear(from *Member, said []byte) {
	from.Line = append(from.Line, said...)
	for {
		end := bytes.IndexByte(from.Line, '\n') + 1
		if end == 0 {
			break
		}
		for _, m := range r.Members {
			if m != from {
				r.tell(m, from.Line[:end])
			}
		}
		from.Line = from.Line[end:]
	}
}

func (r *Room) tell(m *Member, line []byte) {
	m.Pending = append(m.Pending, line...)
	r.Flush(m)
	if len(m.Pending) > maxPending {
		r.Leave(m)
	}
}
