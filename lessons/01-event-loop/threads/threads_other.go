//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package threads

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

// A Server needs sockets that are plain descriptors, and this system has none.
type Server struct{ Drain time.Duration }

// Listen says what the lesson runs on.
func Listen(ctx context.Context, address string) (*Server, error) {
	_, _, err := sock.Listen(ctx, address, 1)
	return nil, err
}

func (*Server) Addr() netip.AddrPort      { return netip.AddrPort{} }
func (*Server) Run(context.Context) error { return errors.ErrUnsupported }
