// check says: a client has gone, and its descriptor stays open

//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package staleevent

import "onthewire/lessons/01-event-loop/poller"

func (l *loop) handle(batch []poller.Event) {
	for _, ev := range batch {
		if ev.FD == l.Listener {
			l.Accept()
		} else if c := l.Conns[ev.FD]; c != nil && !c.Closed {
			c.Closed = !l.Serve(c, ev)
		}
	}
}
