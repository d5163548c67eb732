//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package loop

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

// A Server needs epoll or kqueue, and this system has neither.
type Server struct {
	Idle       time.Duration
	MaxPending int
	Drain      time.Duration
	Trace      func(call string, fd, n int, err error)
}

// Listen says what the lesson runs on.
func Listen(ctx context.Context, address string, loops int) (*Server, error) {
	_, _, err := sock.Listen(ctx, address, loops)
	return nil, err
}

func (*Server) Addr() netip.AddrPort      { return netip.AddrPort{} }
func (*Server) Run(context.Context) error { return errors.ErrUnsupported }
