//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package threads

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// maxConns is how many clients are served at a time. A Go program dies when it needs a
	// 10,001st thread (see debug.SetMaxThreads), so whoever comes beyond is closed at once.
	maxConns = 2000

	buffer = 16 << 10 // bytes a read, at most; each of the engines has as many
)

// A conn is one client.
type conn struct {
	written atomic.Int64 // bytes

	seen     progress // while stopping: when we looked last
	moved    time.Time
	finished bool // we have (FIN)
}

// open begins to serve a client that has just been accepted.
func (s *Server) open(fd int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.conns) >= maxConns || unix.SetNonblock(fd, false) != nil {
		unix.Close(fd) // the client sees the end before it has got an answer
		return
	}
	c := &conn{}
	s.conns[fd] = c
	s.threads.Go(func() { s.serve(fd, c) })
}

// serve echoes to one client. The thread sleeps in read until there is something to echo,
// and in write until the kernel has room, so who does not read delays nobody else. It is
// locked and never unlocked, and thus ends with the connection.
func (s *Server) serve(fd int, c *conn) {
	runtime.LockOSThread()
	defer s.close(fd)
	buf := make([]byte, buffer)
	for {
		n, err := unix.Read(fd, buf)
		if err == unix.EINTR {
			continue
		}
		if err != nil || n == 0 {
			return
		}
		for rest := buf[:n]; len(rest) > 0; {
			n, err := unix.Write(fd, rest)
			if err != nil && err != unix.EINTR {
				return
			}
			rest = rest[max(n, 0):] // -1 beside an error
			c.written.Add(int64(max(n, 0)))
		}
	}
}

// close takes fd out first. Once it is closed, the number may be somebody else's.
func (s *Server) close(fd int) {
	s.mu.Lock()
	delete(s.conns, fd)
	s.mu.Unlock()
	unix.Close(fd)
}
