package server

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
)

// Timeouts waits for a peer that says nothing: with a socket option, and with a deadline.
var Timeouts = experiment.Experiment{
	Name:     "timeouts",
	Subjects: []string{"SO_RCVTIMEO", "SO_SNDTIMEO"},
	About:    "The kernel's timeouts are for calls that block",
	Do:       timeouts,
}

const (
	optionTimeout = 100 * time.Millisecond // of the socket option
	deadline      = 300 * time.Millisecond // of package net
)

func timeouts(ctx context.Context, r *experiment.Report) (err error) {
	listener, err := listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close() // nobody accepts: to a client that looks like a silent peer
	addr := netip.MustParseAddrPort(listener.Addr().String())

	s, err := withTimeouts(addr)
	if err != nil {
		return err
	}
	defer s.Close() // an error once package net has it, and harmless
	took, readErr := timed(s.Read)
	r.Add("blocking Read, option of 100 ms", took)
	r.Add("its error", readErr)
	r.Shown = errors.Is(readErr, unix.EAGAIN) && took > optionTimeout*9/10
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}

	conn, err := s.IntoConn() // the same socket, with the same options
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	for _, call := range []struct {
		name string
		do   func([]byte) (int, error)
	}{
		{"Read", conn.Read},
		{"Write", func(p []byte) (int, error) { return writeAll(conn, p) }},
	} {
		conn.SetDeadline(time.Now().Add(deadline))
		took, err := timed(call.do)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		r.Add("package net, "+call.name+", deadline of 300 ms", took)
		r.Shown = r.Shown && errors.Is(err, os.ErrDeadlineExceeded) && took > deadline*9/10
	}
	r.Add("their error", os.ErrDeadlineExceeded)
	r.Says = "The option ends a call that sleeps in the kernel. Package net never sleeps there, so it needs a deadline, which is a timer of Go's own."
	return nil
}

// withTimeouts connects a blocking socket that has both timeouts.
func withTimeouts(addr netip.AddrPort) (*socket.Socket, error) {
	s, err := socket.New(socket.IPv4, socket.Stream, 0)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.SetReadTimeout(optionTimeout), s.SetWriteTimeout(optionTimeout), s.Connect(addr)); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// timed tells how long a call has taken.
func timed(call func([]byte) (int, error)) (time.Duration, error) {
	begun := time.Now()
	_, err := call(make([]byte, 64<<10))
	return time.Since(begun), err
}

// writeAll writes until it fails: the peer never reads.
func writeAll(conn net.Conn, p []byte) (written int, err error) {
	for err == nil {
		var n int
		n, err = conn.Write(p)
		written += n
	}
	return written, err
}
