// check says: half a line is not kept until the rest comes

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package chat

import "bytes"

func (r *Room) hear(from *Member, said []byte) {
	if len(from.Line) > 0 {
		said = append(from.Line, said...)
	}
	for {
		end := bytes.IndexByte(said, '\n') + 1
		if end == 0 {
			break
		}
		for _, m := range r.Members {
			if m != from {
				r.tell(m, said[:end])
			}
		}
		said = said[end:]
	}
	from.Line = said
	if len(from.Line) > maxLine {
		r.Leave(from)
	}
}

func (r *Room) tell(m *Member, line []byte) {
	m.Pending = append(m.Pending, line...)
	r.Flush(m)
	if len(m.Pending) > maxPending {
		r.Leave(m)
	}
}
