//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package threads

import (
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/sock"
)

const (
	tick  = 20 * time.Millisecond // how often we ask what the kernel still holds
	stall = time.Second           // a client that takes nothing for so long is given up
)

// drain lets the threads answer what has arrived and what follows without a pause. A thread
// that sleeps in read(2) or write(2) can be woken by nobody but its connection, so it is
// watched from here. When nothing has moved for a tick and the peer's kernel has
// acknowledged everything, we finish (FIN), and once that is acknowledged too the thread
// may go. To close earlier might lose what waits to be sent: a byte that lies unread in a
// closed socket, or arrives at one, makes the kernel send RST.
func (s *Server) drain() {
	stopBy := time.Now().Add(s.Drain)
	for s.look(time.Now()) > 0 && time.Now().Before(stopBy) {
		time.Sleep(tick) // no event tells what the peer's kernel has taken
	}
}

// look looks at every connection once, and returns how many there are.
func (s *Server) look(now time.Time) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for fd, c := range s.conns {
		heard, _, _ := unix.Recvfrom(fd, make([]byte, 1), unix.MSG_PEEK|unix.MSG_DONTWAIT)
		state := progress{heard > 0, sock.Unsent(fd), c.written.Load()}
		switch {
		case c.moved.IsZero() || state != c.seen:
			c.seen, c.moved = state, now
		case state.unread || state.unsent > 0:
			if now.Sub(c.moved) >= stall {
				s.reset(fd, c)
			}
		case c.finished:
			unix.Shutdown(fd, unix.SHUT_RD) // read(2) returns 0, as if the client had finished
		default:
			c.finished = true
			unix.Shutdown(fd, unix.SHUT_WR)
		}
	}
	return len(s.conns)
}

// progress is how far a connection has come; when it changes, something has moved.
type progress struct {
	unread  bool
	unsent  int
	written int64
}

// cutOff ends what is left.
func (s *Server) cutOff() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for fd, c := range s.conns {
		s.reset(fd, c)
	}
}

// reset wakes the thread, whose close then sends RST if anything is owed. After a FIN the
// client would think that it had everything.
func (s *Server) reset(fd int, c *conn) {
	if owed := sock.Unsent(fd); owed > 0 && !c.finished {
		unix.SetsockoptLinger(fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1})
		s.cut.Clients++
		s.cut.Bytes += owed
	}
	c.finished = true
	unix.Shutdown(fd, unix.SHUT_RDWR)
}
