package send

import (
	"errors"
	"net/netip"
)

// ByHand is written for Unix: Winsock has the same four calls.
func ByHand(from, to netip.AddrPort, data []byte, broadcast bool) error {
	return errors.ErrUnsupported
}
