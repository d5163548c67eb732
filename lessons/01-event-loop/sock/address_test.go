//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package sock

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
)

// fe80::1 is on every link at once, and only its zone tells which.
func TestALinkLocalAddressIsListenedOnInItsZone(t *testing.T) {
	want, ok := linkLocal(t)
	if !ok {
		t.Skip("no interface here has a link-local IPv6 address")
	}
	fds, at, err := Listen(t.Context(), netip.AddrPortFrom(want, 0).String(), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer Close(fds[0])
	if at.Addr() != want {
		t.Errorf("asked for %v, it says that it listens on %v", want, at)
	}
	conn, err := net.Dial("tcp", at.String())
	if err != nil {
		t.Fatalf("nobody is at the address that it names: %v", err)
	}
	conn.Close()
}

func TestAZoneMayBeANumber(t *testing.T) {
	for zone, number := range zones(t) {
		sa, err := Sockaddr(netip.AddrPortFrom(netip.MustParseAddr("fe80::1").WithZone(zone), 9000))
		if err != nil || sa.(*inet6).ZoneId != number {
			t.Errorf("fe80::1%%%s: %+v, %v, want zone %d", zone, sa, err, number)
		}
	}
}

func TestAZoneThatIsNoInterfaceIsRefusedAndNamed(t *testing.T) {
	for _, zone := range []string{"nowhere0", "0", "999999999"} {
		fds, _, err := Listen(t.Context(), "[fe80::1%"+zone+"]:0", 1)
		if err == nil || !strings.Contains(err.Error(), `no interface "`+zone+`" is on this machine`) {
			t.Errorf("it listens on %v: %v", fds, err)
		}
	}
}

// zones has each interface twice, by its name and by its number.
func zones(t *testing.T) map[string]uint32 {
	t.Helper()
	interfaces, err := net.Interfaces()
	if err != nil || len(interfaces) == 0 {
		t.Skipf("no interface here: %v", err)
	}
	all := map[string]uint32{}
	for _, i := range interfaces {
		all[i.Name], all[strconv.Itoa(i.Index)] = uint32(i.Index), uint32(i.Index)
	}
	return all
}

func linkLocal(t *testing.T) (netip.Addr, bool) {
	t.Helper()
	for zone := range zones(t) {
		i, err := net.InterfaceByName(zone)
		if err != nil {
			continue
		}
		addrs, _ := i.Addrs()
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Is6() && prefix.Addr().IsLinkLocalUnicast() {
				return prefix.Addr().WithZone(zone), true
			}
		}
	}
	return netip.Addr{}, false
}
