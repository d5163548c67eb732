//go:build !linux

package uring

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"
)

// A Server needs io_uring, and only Linux has it.
type Server struct {
	MaxPending int
	Drain      time.Duration
}

// Listen says what would serve instead.
func Listen(_ context.Context, address string) (*Server, error) {
	return nil, fmt.Errorf("listen %s: io_uring: %w on %s: it is Linux's own; package loop runs here too",
		address, errors.ErrUnsupported, runtime.GOOS)
}

func (*Server) Addr() netip.AddrPort      { return netip.AddrPort{} }
func (*Server) Run(context.Context) error { return errors.ErrUnsupported }
