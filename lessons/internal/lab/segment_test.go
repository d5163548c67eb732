package lab_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/packet"
)

// ears is a socket on each host, bound to that port of all addresses.
func ears(t *testing.T, s *lab.Segment, network string) (all []net.PacketConn) {
	t.Helper()
	for _, h := range s.Hosts {
		conn, err := h.ListenPacket(network, ":9")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		all = append(all, conn)
	}
	return all
}

func sendTo(t *testing.T, from net.PacketConn, to, text string) {
	t.Helper()
	if _, err := from.WriteTo([]byte(text), net.UDPAddrFromAddrPort(netip.MustParseAddrPort(to))); err != nil {
		t.Fatal(err)
	}
}

// saysUntilHeard says it again each second: while the two hosts look for each other's
// hardware address, a datagram may be late, or lost, which UDP never promised not to. What was
// said before to the same ear, and comes now, is such a late one. It returns what else comes.
func saysUntilHeard(t *testing.T, conn net.Conn, from, to string, ear net.PacketConn) string {
	t.Helper()
	b := make([]byte, 100)
	for range 10 {
		if _, err := conn.Write([]byte(from + " to " + to)); err != nil {
			t.Fatal(err)
		}
		ear.SetReadDeadline(time.Now().Add(time.Second))
		for {
			n, _, err := ear.ReadFrom(b)
			if errors.Is(err, os.ErrDeadlineExceeded) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			who, whom, _ := strings.Cut(string(b[:n]), " to ")
			if who == from || whom != to {
				return string(b[:n])
			}
		}
	}
	return ""
}

func TestEveryHostOfASegmentReachesEveryOther(t *testing.T) {
	for n := 3; n <= 8; n++ {
		s := labtest.OpenSegment(t, n)
		for _, network := range []string{"udp4", "udp6"} {
			all := ears(t, s, network)
			for i, from := range s.Hosts {
				for j, to := range s.Hosts {
					conn, err := from.DialContext(t.Context(), network, to.Name+":9")
					if err != nil {
						t.Fatal(err)
					}
					if got := saysUntilHeard(t, conn, from.Name, to.Name, all[j]); got != from.Name+" to "+to.Name {
						t.Errorf("%s: from host %d of %d host %d hears %q", network, i+1, n, j+1, got)
					}
					conn.Close()
				}
			}
			for _, ear := range all {
				ear.Close()
			}
		}
	}
}

func TestABroadcastReachesAllOfASegment(t *testing.T) {
	s := labtest.OpenSegment(t, 3)
	all := ears(t, s, "udp4")
	for _, to := range []string{"10.0.1.255:9", "255.255.255.255:9"} {
		sendTo(t, all[1], to, to)
		for i, ear := range all {
			if got := receive(t, ear); got != to {
				t.Errorf("host %d hears %q", i+1, got)
			}
		}
	}
	if err := s.Hosts[0].DefaultRoute(false); err != nil {
		t.Fatal(err)
	}
	_, err := all[0].WriteTo([]byte("x"), &net.UDPAddr{IP: net.IPv4bcast, Port: 9})
	if err == nil || !strings.Contains(err.Error(), syscall.ENETUNREACH.Error()) {
		t.Errorf("without a default route: %v", err)
	}
}

// join makes a socket of each host a member of a group.
func join(t *testing.T, hosts []*lab.Host, all []net.PacketConn, group string) {
	t.Helper()
	to := &net.UDPAddr{IP: net.ParseIP(group)}
	for i, conn := range all {
		err := hosts[i].Do(func() error {
			lan, err := net.InterfaceByName("lan")
			if err != nil {
				return err
			}
			if to.IP.To4() != nil {
				return ipv4.NewPacketConn(conn).JoinGroup(lan, to)
			}
			return ipv6.NewPacketConn(conn).JoinGroup(lan, to)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAGroupReachesItsMembersOnASegment(t *testing.T) {
	s := labtest.OpenSegment(t, 4)
	for _, group := range []string{"239.77.77.77", "ff02::7777"} {
		network := map[bool]string{true: "udp4", false: "udp6"}[strings.Contains(group, ".")]
		all := ears(t, s, network)
		join(t, s.Hosts[1:], all[1:], group)
		lan := &net.UDPAddr{IP: net.ParseIP(group), Port: 9}
		if network == "udp6" {
			lan.Zone = "2" // an interface's number, the same on each host
		}
		if _, err := all[0].WriteTo([]byte("hello"), lan); err != nil {
			t.Fatal(err)
		}
		for _, ear := range all[1:] {
			if got := receive(t, ear); got != "hello" {
				t.Errorf("%v is heard as %q", group, got)
			}
		}
	}
}

func TestAnUnpluggedHostHearsNothingAndAPluggedOneDoes(t *testing.T) {
	s := labtest.OpenSegment(t, 3)
	all := ears(t, s, "udp4")
	for _, cut := range []struct{ off, on func() error }{
		{s.Hosts[2].Unplug, s.Hosts[2].Plug},
		{func() error { return s.Hosts[2].SetCarrier(false) }, func() error { return s.Hosts[2].SetCarrier(true) }},
	} {
		if err := cut.off(); err != nil {
			t.Fatal(err)
		}
		sendTo(t, all[0], "10.0.1.255:9", "to two")
		all[2].WriteTo([]byte("from nowhere"), &net.UDPAddr{IP: lab.Broadcast.AsSlice(), Port: 9})
		for _, ear := range all[:2] {
			if got := receive(t, ear); got != "to two" {
				t.Errorf("those who are connected hear %q", got)
			}
		}
		if err := cut.on(); err != nil {
			t.Fatal(err)
		}
		// What it says first now comes behind what it may have heard meanwhile.
		sendTo(t, all[2], "10.0.1.255:9", "back")
		for i, ear := range all {
			got := receive(t, ear)
			for i == 2 && got == "from nowhere" { // its own, which never left it
				got = receive(t, ear)
			}
			if got != "back" {
				t.Errorf("host %d hears %q", i+1, got)
			}
		}
	}
}

func TestATapSeesWhatEntersTheBridge(t *testing.T) {
	s := labtest.OpenSegment(t, 3)
	seen := make(chan lab.Packet, 100)
	remove, err := s.Tap(func(p lab.Packet) {
		if p.Protocol == packet.UDP {
			seen <- p
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer remove()
	for network, to := range map[string]string{"udp4": "10.0.1.255:9", "udp6": "[fd00:1::1]:9"} {
		all := ears(t, s, network)
		sendTo(t, all[1], to, "hello, wire\n")
		select {
		case p := <-seen:
			if p.From != "host2" || string(p.Payload) != "hello, wire\n" || p.Destination != netip.MustParseAddrPort(to) {
				t.Errorf("the tap saw %v from %s", p, p.From)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("the tap saw nothing")
		}
	}
}

func TestASegmentThatIsClosedLeavesNothingBehind(t *testing.T) {
	labtest.OpenSegment(t, 3).Close()
	leak.Check(t)
	s := labtest.OpenSegment(t, 3)
	remove, err := s.Tap(func(lab.Packet) {})
	if err != nil {
		t.Fatal(err)
	}
	all := ears(t, s, "udp4")
	remove()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	for _, conn := range all {
		conn.Close()
	}
	if _, err := s.Hosts[0].DialContext(context.Background(), "udp", "host2:9"); err == nil {
		t.Error("a host that is gone dialled")
	}
}

func TestASegmentHasAtLeastOneHost(t *testing.T) {
	for _, n := range []int{-1, 0, 255} {
		if _, err := lab.OpenSegment(n); err == nil {
			t.Errorf("a segment of %d hosts opened", n)
		}
	}
	s := labtest.OpenSegment(t, 3)
	names := []string{s.Hosts[0].Name, s.Hosts[1].Name, s.Hosts[2].Name}
	if !slices.Equal(names, []string{"host1", "host2", "host3"}) {
		t.Errorf("the hosts are %v", names)
	}
}
