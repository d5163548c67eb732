//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package staleevent

import "onthewire/lessons/01-event-loop/poller"

func (l *loop) handle(batch []poller.Event) {
	var gone []*Conn
	for _, ev := range batch {
		if ev.FD == l.Listener {
			l.Accept()
			continue
		}
		c := l.Conns[ev.FD]
		if c == nil || c.Closed {
			continue // stale
		}
		if !l.Serve(c, ev) {
			c.Closed = true // its number stays taken until no event is in hand
			gone = append(gone, c)
		}
	}
	for _, c := range gone {
		l.HangUp(c)
	}
}
