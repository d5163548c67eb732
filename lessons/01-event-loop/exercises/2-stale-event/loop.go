//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package staleevent

import (
	"syscall"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/exercise"
)

// This file is for reading. What has a capital letter is for use in batch.go.

// A loop echoes to its clients what they send.
type loop struct {
	Listener int
	Conns    map[int]*Conn // by descriptor
}

// A Conn is one client.
type Conn struct {
	FD     int
	Closed bool // yours, if you want it: nothing else looks at it
}

// Accept lets in everybody who waits.
func (l *loop) Accept() {
	for {
		fd, err := sock.Accept(l.Listener)
		if err == syscall.EINTR {
			continue
		}
		if err != nil {
			return
		}
		l.Conns[fd] = &Conn{FD: fd}
	}
}

// Serve answers one client, and tells whether it is still there.
func (l *loop) Serve(c *Conn, ev poller.Event) (there bool) {
	if ev.Error || ev.WriteClosed {
		return false
	}
	buf := make([]byte, 1<<10)
	n, err := sock.Read(c.FD, buf)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
		return true
	case err != nil || n == 0:
		return false
	}
	_, err = sock.Write(c.FD, buf[:n]) // as much as this exercise needs; 1.1 is about the rest
	return err == nil
}

// HangUp closes a client's descriptor and forgets the client.
func (l *loop) HangUp(c *Conn) {
	if l.Conns[c.FD] != c {
		exercise.Fail("a descriptor is closed twice: the second time it may be somebody else's")
	}
	delete(l.Conns, c.FD)
	sock.Close(c.FD)
}
