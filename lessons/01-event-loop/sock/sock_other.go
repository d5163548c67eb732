//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package sock

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
)

// Listen says what the lesson runs on.
func Listen(_ context.Context, address string, _ int) ([]int, netip.AddrPort, error) {
	return nil, netip.AddrPort{}, fmt.Errorf("listen %s: %w on %s: this lesson waits with poll, epoll or kqueue; try Linux, macOS or a BSD",
		address, errors.ErrUnsupported, runtime.GOOS)
}

// Unsent is 0: this system does not tell what the peer's kernel has not acknowledged yet.
func Unsent(int) int { return 0 }
