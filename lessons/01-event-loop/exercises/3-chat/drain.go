//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package chat

import (
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

// This file is for reading: how a room ends, as the loop of the lesson does.

const (
	drainTime = 5 * time.Second       // how long stopping may take
	tick      = 20 * time.Millisecond // how often, while stopping, we ask what the kernel holds
	stall     = time.Second           // a client that takes nothing for so long is given up
)

type stopping struct {
	stopBy time.Time // zero unless we are
	missed sock.Cut  // who has not got everything
}

type leaving struct {
	moved    time.Time // while stopping: when a byte last moved
	unsent   int       // what the client's kernel had not acknowledged then
	finished bool      // we have (FIN)
}

// drained goes on with the end, and tells whether it has come. Whoever has said nothing for
// a tick, and whose kernel has acknowledged everything, gets FIN, and leaves when that is
// acknowledged too.
func (r *Room) drained() bool {
	now := time.Now()
	if r.stopBy.IsZero() {
		r.stopBy = now.Add(drainTime)
		if r.restUntil.IsZero() {
			r.poller.Remove(r.listener)
		}
		sock.Close(r.listener)
		r.listener = -1
		for _, m := range r.Members {
			m.moved = now
		}
	}
	for _, m := range r.Members {
		if unsent := sock.Unsent(m.fd); unsent != m.unsent {
			m.unsent, m.moved = unsent, now
		}
		quiet := now.Sub(m.moved)
		switch done := len(m.Pending) == 0 && m.unsent == 0; {
		case quiet < tick:
		case done && m.finished:
			r.Leave(m)
		case done:
			m.finished = true
			sock.CloseWrite(m.fd)
		case quiet >= stall:
			r.giveUp(m)
		}
	}
	r.sweep()
	return len(r.Members) == 0 || !now.Before(r.stopBy)
}

// giveUp resets a client that has not taken what is pending for it: after a FIN it would
// think that it had everything.
func (r *Room) giveUp(m *Member) {
	if owed := len(m.Pending) + sock.Unsent(m.fd); owed > 0 && !m.finished && !m.left {
		sock.ResetOnClose(m.fd)
		r.missed.Clients++
		r.missed.Bytes += owed
	}
	r.Leave(m)
}

func (r *Room) cut() error {
	for _, m := range r.Members {
		r.giveUp(m)
	}
	if r.missed.Clients == 0 {
		return nil
	}
	return &r.missed
}

func (r *Room) timeout() time.Duration {
	switch {
	case !r.stopBy.IsZero():
		return tick
	case !r.restUntil.IsZero():
		return restTime
	}
	return -1
}
