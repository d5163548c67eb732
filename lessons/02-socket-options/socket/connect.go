package socket

import (
	"fmt"
	"net/netip"
	"syscall"
	"time"

	"onthewire/lessons/02-socket-options/socket/sys"
)

// ConnectTimeout is Connect with a timeout of one's own, over 0, and ETIMEDOUT at its end. A
// connect that blocks has no limit that can be set, so the socket is non-blocking for the
// time of it. Afterwards the kernel still tries: only Close ends that. Windows has a connect
// that can be cancelled, so there the timeout ends it.
func (s *Socket) ConnectTimeout(addr netip.AddrPort, timeout time.Duration) error {
	if timeout <= 0 {
		return at("connect", addr, fmt.Errorf("a timeout of %v leaves no time: %w", timeout, syscall.EINVAL))
	}
	return at("connect", addr, sys.ConnectTimeout(s.fd, addr, timeout))
}
