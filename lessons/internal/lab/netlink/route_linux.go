package netlink

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// DefaultRoute sends all that has no other way over a device, or takes that route away.
func DefaultRoute(name string, on bool) error {
	device, err := Index(name)
	if err != nil {
		return err
	}
	kind, flags := uint16(unix.RTM_DELROUTE), 0
	if on {
		kind, flags = unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE
	}
	route := []byte{unix.AF_INET, 0, 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RT_SCOPE_LINK, unix.RTN_UNICAST, 0, 0, 0, 0}
	_, err = request("default route", kind, flags, join(route, word(unix.RTA_OIF, device)))
	return err
}

// Route sends what is for an IPv4 network by way of a neighbour. mtu bounds the packets that
// go there; with 0 it is the device's.
func Route(to netip.Prefix, via netip.Addr, mtu int) error {
	route := []byte{unix.AF_INET, byte(to.Bits()), 0, 0, unix.RT_TABLE_MAIN, unix.RTPROT_STATIC, unix.RT_SCOPE_UNIVERSE, unix.RTN_UNICAST, 0, 0, 0, 0}
	parts := [][]byte{route, attr(unix.RTA_DST, to.Addr().AsSlice()), attr(unix.RTA_GATEWAY, via.AsSlice())}
	if mtu > 0 {
		parts = append(parts, nest(unix.RTA_METRICS, word(unix.RTAX_MTU, mtu)))
	}
	_, err := request("route to "+to.String(), unix.RTM_NEWROUTE, unix.NLM_F_CREATE|unix.NLM_F_REPLACE, join(parts...))
	return err
}
