//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package loop is a server that gives everybody the same answer over HTTP/1.1, on one loop in
// one goroutine, as in lesson 01.
//
// Read it in this order: loop.go (who is ready, and how it ends), conn.go (one connection),
// request.go (where a request ends), listen.go, and poller_linux.go or poller_bsd.go, each of
// which defines
//
//	newPoller() (*poller, error)
//	(*poller).add(fd int) error               // watch for something to read
//	(*poller).turn(fd int, write bool) error  // from now on for room to write, or back
//	(*poller).forget(fd int) error
//	(*poller).wait(timeout time.Duration) ([]int, error)
//	(*poller).close()
//	socket(family int) (int, error)           // non-blocking, as what accept returns is
//	accept(listener int) (int, error)
//	read(fd int, into []byte) (int, error)
//	write(fd int, from []byte) (int, error)
//	unsent(fd int) int                        // bytes that the kernel still holds, if it tells
package loop

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/drain"
)

const (
	whole  = 30 * time.Second       // for all of a request, from the last answer on
	stall  = time.Second            // and for anything to move, once the server stops
	tick   = 20 * time.Millisecond  // how long a pause is, then
	linger = 500 * time.Millisecond // for a client to close behind us
)

// A Server has the state of its loop, which nobody else touches.
type Server struct {
	Body  []byte        // of every answer
	Drain time.Duration // how long stopping may take

	listener int
	wake     [2]int // a pipe: something to read means that the context has ended
	poller   *poller
	conns    map[int]*conn
	dead     []*conn // closed behind the batch: their numbers may still be in there
	block    []byte  // into which everybody's bytes are read
	out      []byte  // in which everybody's answers are written
	now      time.Time
	date     string
	resting  bool      // no descriptor is free: the listener is not watched
	stopBy   time.Time // zero: it serves
	cut      drain.Cut
}

// Serve serves until ctx ends, answers what has arrived, and returns within Drain with all
// descriptors closed. The error is a *drain.Cut if somebody did not take an answer in time.
func (s *Server) Serve(ctx context.Context) (err error) {
	defer s.close()
	if err := s.open(); err != nil {
		return err
	}
	defer context.AfterFunc(ctx, func() { unix.Write(s.wake[1], []byte{0}) })()
	for {
		timeout := time.Second
		if s.stopping() {
			timeout = tick
		}
		ready, err := s.poller.wait(timeout)
		if err != nil {
			return err
		}
		s.now = time.Now()
		for _, fd := range ready {
			if fd == s.listener {
				err = s.accept()
			} else if c := s.conns[fd]; c != nil {
				err = c.ready()
			}
			if err != nil {
				return err
			}
		}
		if ctx.Err() != nil && !s.stopping() {
			s.stopBy = s.now.Add(s.Drain)
			unix.Read(s.wake[0], s.block)
			unix.Close(s.listener)
			s.listener = -1
			continue // who is in may have said something meanwhile
		}
		s.sweep(len(ready) == 0)
		if s.stopping() && len(s.conns) == 0 {
			if s.cut.Clients > 0 {
				return &s.cut
			}
			return nil
		}
	}
}

func (s *Server) stopping() bool { return !s.stopBy.IsZero() }

// accept lets in who waits. Without a free descriptor the listener would stay ready, and a loop
// that kept watching it would spin.
func (s *Server) accept() error {
	for {
		fd, err := accept(s.listener)
		switch err {
		case nil:
			unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
			if err := s.poller.add(fd); err != nil {
				unix.Close(fd)
				return err
			}
			s.conns[fd] = &conn{fd: fd, server: s, moved: s.now}
		case unix.EAGAIN:
			return nil
		case unix.EINTR, unix.ECONNABORTED:
		case unix.EBADF, unix.EINVAL, unix.ENOTSOCK:
			return os.NewSyscallError("accept", err)
		default:
			s.resting = true
			return s.poller.forget(s.listener)
		}
	}
}

// sweep looks at every connection, each second. That is cheap for some thousands. Lesson 01
// shows a list that knows who is next.
func (s *Server) sweep(pause bool) {
	if date := s.now.UTC().Format(httpDate); date != s.date {
		s.date = date
	} else if !s.stopping() && len(s.dead) == 0 {
		return
	}
	for _, c := range s.conns {
		c.judge(pause)
	}
	for _, c := range s.dead {
		delete(s.conns, c.fd)
		unix.Close(c.fd)
	}
	if s.resting && !s.stopping() && (len(s.dead) > 0 || pause) {
		s.resting = s.poller.add(s.listener) != nil
	}
	s.dead = s.dead[:0]
}
