package goroutines

import (
	"errors"
	"net"
	"os"
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

const (
	tick  = 20 * time.Millisecond // how often we ask what the kernel still holds
	stall = time.Second           // a client that takes nothing for so long is given up
)

// drain answers what has arrived and what follows without a pause; rest is what we have
// read already. When nothing has moved for a tick and the peer's kernel has acknowledged
// all of it, we finish (FIN), and return once that is acknowledged too. To close earlier
// might lose it: a byte that lies unread in a closed socket, or arrives at one, makes the
// kernel send RST, and RST overtakes what waits to be sent.
func (s *Server) drain(conn *net.TCPConn, buf, rest []byte) {
	finished, before := false, 0
	now := time.Now()
	stopBy, moved := now.Add(s.Drain), now
	for ; now.Before(stopBy) && now.Sub(moved) < stall; now = time.Now() {
		conn.SetDeadline(now.Add(tick)) // no event tells what the peer's kernel has taken
		var n int
		var err error
		if len(rest) > 0 {
			n, err = conn.Write(rest)
			rest = rest[n:]
		} else if n, err = conn.Read(buf); !finished {
			rest = buf[:n]
		}
		held := unsent(conn)
		switch {
		case err != nil && !errors.Is(err, os.ErrDeadlineExceeded):
			return // the client has finished, and everything is written, or it has gone
		case n > 0 || held != before:
			moved, before = now, held
		case len(rest) > 0 || held > 0: // it does not take what it is owed
		case finished:
			return
		default:
			finished = true
			conn.CloseWrite()
		}
	}
	owed := len(rest) + unsent(conn)
	if owed == 0 && !finished { // what it has said and we have not read is owed as well
		conn.SetReadDeadline(time.Now().Add(tick))
		owed, _ = conn.Read(buf)
	}
	// It is told by RST. After a FIN it would think that it had everything.
	if owed > 0 && !finished {
		conn.SetLinger(0)
		s.cutClients.Add(1)
		s.cutBytes.Add(int64(owed))
	}
}

func unsent(conn *net.TCPConn) (n int) {
	if raw, err := conn.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { n = sock.Unsent(int(fd)) })
	}
	return n
}
