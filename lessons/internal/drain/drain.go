// Package drain is how a server on package net ends a connection while it stops: whoever takes
// what it is owed gets all of it, and the others are reset and counted.
package drain

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"
)

const (
	tick  = 20 * time.Millisecond // how often we ask what the kernel still holds
	stall = time.Second           // a client that takes nothing for so long is given up
)

// A Cut is what a server returns that has stopped before everybody had their answer: so
// many clients were reset, and so many bytes for them had not arrived.
type Cut struct{ Clients, Bytes int }

func (c *Cut) Error() string {
	return fmt.Sprintf("stopped; clients that did not read in time and were reset: %d, bytes that they lack: %d", c.Clients, c.Bytes)
}

// Missing is the same in figures.
func (c *Cut) Missing() (clients, bytes int) { return c.Clients, c.Bytes }

// Finish ends a connection, which is the caller's to close, and returns how many bytes its
// peer has not got. It sends the rest, and as long as something arrives without a pause it
// reads that into block and echoes it, or drops it.
//
// When nothing has moved for a tick and the peer's kernel has acknowledged all of it, we
// finish (FIN), and return once that is acknowledged too. Where no kernel tells that, ten
// ticks have to do. To close earlier might lose it: a byte that lies unread in a closed
// socket, or arrives at one, makes the kernel send RST, and RST overtakes what waits to be
// sent. A peer that takes nothing for a second is given up, and after the time within
// everybody is.
func Finish(conn net.Conn, within time.Duration, rest, block []byte, echo bool) (missing int) {
	tcp := conn.(*net.TCPConn)
	finished, before := false, 0
	now := time.Now()
	stopBy, moved := now.Add(within), now
	for ; now.Before(stopBy) && now.Sub(moved) < stall; now = time.Now() {
		conn.SetDeadline(now.Add(tick)) // no event tells what the peer's kernel has taken
		var n int
		var err error
		if len(rest) > 0 {
			n, err = conn.Write(rest)
			rest = rest[n:]
		} else if n, err = conn.Read(block); echo && !finished {
			rest = block[:n]
		}
		held := Unsent(conn)
		switch {
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return 0 // the client has finished, and everything is written, or it has gone
		case n > 0 || held != before:
			moved, before = now, held
		case len(rest) > 0 || held > 0 || now.Sub(moved) < pause: // it does not take what it is owed
		case finished:
			return 0
		default:
			finished, moved = true, now
			tcp.CloseWrite()
		}
	}
	// It is told by RST. After a FIN it would think that it had everything. Where no kernel
	// tells whether it has, it may lack something, so it counts as one byte.
	missing = len(rest) + Unsent(conn)
	if pause > 0 {
		missing = max(missing, 1)
	}
	if missing == 0 || finished {
		return 0
	}
	tcp.SetLinger(0)
	return missing
}
