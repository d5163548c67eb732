// check says: a descriptor is closed twice: the second time it may be somebody else's

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package staleevent

import "onthewire/lessons/01-event-loop/poller"

func (l *loop) handle(batch []poller.Event) {
	var gone []*Conn
	for _, ev := range batch {
		if ev.FD == l.Listener {
			l.Accept()
		} else if c := l.Conns[ev.FD]; c != nil && !l.Serve(c, ev) {
			gone = append(gone, c)
		}
	}
	for _, c := range gone {
		l.HangUp(c)
	}
}
