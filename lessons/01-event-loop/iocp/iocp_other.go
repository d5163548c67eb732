//go:build !windows

package iocp

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"
)

// A Server needs a completion port, and only Windows has it.
type Server struct{ Drain time.Duration }

// Listen says what would serve instead.
func Listen(_ context.Context, address string) (*Server, error) {
	return nil, fmt.Errorf("listen %s: a completion port: %w on %s: it is Windows' own; package loop runs here too",
		address, errors.ErrUnsupported, runtime.GOOS)
}

func (*Server) Addr() netip.AddrPort      { return netip.AddrPort{} }
func (*Server) Run(context.Context) error { return errors.ErrUnsupported }
