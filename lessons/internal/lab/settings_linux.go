package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// The settings that every host of ours has. /proc/sys/net shows each thread those of its
// own namespace.
var settings = []struct{ name, value string }{
	{"net/ipv6/conf/all/disable_ipv6", "0"},
	{"net/ipv6/conf/default/disable_ipv6", "0"},
	// An address would be good only after the second in which nobody else claims it.
	{"net/ipv6/conf/all/accept_dad", "0"},
	{"net/ipv6/conf/default/accept_dad", "0"},
	// The device would send packets of its own that nobody asked for: it would look for a
	// router, and give itself an address by which to do so.
	{"net/ipv6/conf/default/router_solicitations", "0"},
	{"net/ipv6/conf/default/accept_ra", "0"},
	{"net/ipv6/conf/default/addr_gen_mode", "1"},
	// Or a second connection would begin with what the first one learnt about the link.
	{"net/ipv4/tcp_no_metrics_save", "1"},
}

// The default of a machine may be bbr, which hardly feels a loss. The first of these that
// the kernel has is a host's default. For other programs on the host that takes an
// administrator of the machine, who may have allowed reno only.
var congestions = []string{"cubic", "reno"}

// prepare sets what a host is to have before it gets a device.
func prepare() error {
	for _, name := range congestions {
		if os.WriteFile("/proc/sys/net/ipv4/tcp_congestion_control", []byte(name), 0) == nil {
			break
		}
	}
	for _, s := range settings {
		err := os.WriteFile("/proc/sys/"+s.name, []byte(s.value), 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue // no IPv6 here
		}
		if err != nil {
			return fmt.Errorf("lab: set %s: %w", s.name, err)
		}
	}
	return nil
}

// silence keeps a namespace from speaking for itself.
func silence() error {
	err := os.WriteFile("/proc/sys/net/ipv6/conf/default/disable_ipv6", []byte("1"), 0)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fmt.Errorf("lab: set disable_ipv6: %w", err)
}
