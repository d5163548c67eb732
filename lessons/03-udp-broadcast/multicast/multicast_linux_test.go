package multicast

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"onthewire/lessons/internal/labtest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestTheLastAddressOfANetworkIsForAll(t *testing.T) {
	for prefix, want := range map[string]string{
		"10.0.1.7/24": "10.0.1.255", "127.0.0.1/8": "127.255.255.255", "192.0.2.77/27": "192.0.2.95",
		"172.16.3.4/12": "172.31.255.255", "0.0.0.0/0": "255.255.255.255",
	} {
		if got := Broadcast(netip.MustParsePrefix(prefix)); got.String() != want {
			t.Errorf("%s: %v, want %s", prefix, got, want)
		}
	}
}

func TestTheInterfaceOfAnAddressIsKnown(t *testing.T) {
	for _, addr := range []string{"127.0.0.1", "127.9.9.9", "::1"} {
		if name, _, err := Owner(netip.MustParseAddr(addr)); name != "lo" {
			t.Errorf("%s belongs to %q, %v", addr, name, err)
		}
	}
	if name, _, err := Owner(netip.MustParseAddr("192.0.2.222")); err == nil {
		t.Errorf("192.0.2.222 belongs to %s", name)
	}
}

// Whoever is bound to the group hears the group, and nothing else that is sent to that port.
func TestASocketOfAGroupHearsItsGroupOnly(t *testing.T) {
	s := labtest.OpenSegment(t, 2)
	for _, group := range []netip.AddrPort{Group4, Group6} {
		own, network := netip.AddrPortFrom(s.Hosts[1].Addr, group.Port()), "udp4"
		to := group
		if group.Addr().Is6() {
			own, network = netip.AddrPortFrom(s.Hosts[1].Addr6, group.Port()), "udp6"
			to = netip.AddrPortFrom(group.Addr().WithZone("lan"), group.Port())
		}
		var conn, sender *net.UDPConn
		err := s.Hosts[1].Do(func() error {
			ifi, err := net.InterfaceByName("lan")
			if err == nil {
				conn, err = Listen(ifi, group)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		err = s.Hosts[0].Do(func() error {
			ifi, err := net.InterfaceByName("lan")
			if err != nil {
				return err
			}
			pc, err := net.ListenPacket(network, ":0")
			if err != nil {
				return err
			}
			sender = pc.(*net.UDPConn)
			return Join(sender, ifi, group.Addr())
		})
		if err != nil {
			t.Fatal(err)
		}
		defer sender.Close()
		for _, m := range []struct {
			to   netip.AddrPort
			text string
		}{{own, "to the host"}, {to, "to the group"}} {
			if _, err := sender.WriteToUDPAddrPort([]byte(m.text), m.to); err != nil {
				t.Fatal(err)
			}
		}
		conn.SetReadDeadline(time.Now().Add(10 * time.Second))
		b := make([]byte, 100)
		n, _, err := conn.ReadFromUDPAddrPort(b)
		if err != nil || string(b[:n]) != "to the group" {
			t.Errorf("%v hears %q, %v", group, b[:n], err)
		}
	}
}
