// Package sys has the calls of each system by the same names. A file for a system can only
// say how that one does it.
package sys

import (
	"fmt"
	"math"
	"net"
	"strconv"
	"syscall"
	"time"
)

// Within refuses a number that the kernel would cut until it fits.
func Within(value, least, most int) error {
	if value < least || value > most {
		return fmt.Errorf("%d is not in %d to %d: %w", value, least, most, syscall.EINVAL)
	}
	return nil
}

// Whole is a time as a number of the kernel's units, 32 bits with a sign. It rounds up: a
// kernel takes 0 for off, or for ever.
func Whole(d, unit time.Duration) (int, error) {
	n := d / unit
	if d%unit > 0 {
		n++
	}
	if d < 0 || n > math.MaxInt32 {
		return 0, fmt.Errorf("%v is not in 0s to %v: %w", d, math.MaxInt32*min(unit, time.Second), syscall.EINVAL)
	}
	return int(n), nil
}

// The zone of an IPv6 address is an interface (RFC 4007): people and netip name it, and the
// kernel has its number.

func zoneID(zone string) (uint32, error) {
	if zone == "" {
		return 0, nil
	}
	if there, err := net.InterfaceByName(zone); err == nil {
		return uint32(there.Index), nil
	}
	if n, err := strconv.ParseUint(zone, 10, 32); err == nil && n > 0 {
		return uint32(n), nil
	}
	return 0, fmt.Errorf("no interface %q is on this machine", zone)
}

func zoneName(id uint32) string {
	if id == 0 {
		return ""
	}
	if there, err := net.InterfaceByIndex(int(id)); err == nil {
		return there.Name
	}
	return strconv.FormatUint(uint64(id), 10)
}
