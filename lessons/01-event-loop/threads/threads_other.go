//go:build windows

package threads

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"
)

// A Server needs calls that sleep on a socket and can be woken from another thread by
// shutdown(2).
type Server struct{ Drain time.Duration }

// Listen says what would serve instead.
func Listen(_ context.Context, address string) (*Server, error) {
	return nil, fmt.Errorf("listen %s: a thread for each client: %w on %s: nobody has written it for Winsock; packages loop and goroutines run here too",
		address, errors.ErrUnsupported, runtime.GOOS)
}

func (*Server) Addr() netip.AddrPort      { return netip.AddrPort{} }
func (*Server) Run(context.Context) error { return errors.ErrUnsupported }
