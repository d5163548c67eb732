// check says: the next client that has the number of one who left is not answered

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package staleevent

import "onthewire/lessons/01-event-loop/poller"

var closed = make(map[int]bool)

func (l *loop) handle(batch []poller.Event) {
	var gone []*Conn
	for _, ev := range batch {
		if ev.FD == l.Listener {
			l.Accept()
		} else if c := l.Conns[ev.FD]; c != nil && !closed[ev.FD] && !l.Serve(c, ev) {
			closed[ev.FD] = true
			gone = append(gone, c)
		}
	}
	for _, c := range gone {
		l.HangUp(c)
	}
}
