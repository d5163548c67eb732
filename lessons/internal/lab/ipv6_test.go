package lab_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/packet"
)

func TestANameStandsForTheAddressOfTheNetworkAsked(t *testing.T) {
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	for _, network := range []string{"tcp4", "tcp6"} {
		listener, err := link.Server.Listen(network, "server:7")
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close()
	}
	for network, want := range map[string]string{
		"tcp": "10.0.0.2", "tcp4": "10.0.0.2", "tcp6": "fd00::2",
		"udp": "10.0.0.2", "udp4": "10.0.0.2", "udp6": "fd00::2",
	} {
		conn, err := link.Client.DialContext(t.Context(), network, "server:7")
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if host, _, _ := net.SplitHostPort(conn.RemoteAddr().String()); host != want {
			t.Errorf("server is %s by %s, not %s", host, network, want)
		}
	}
}

func TestALinkDropsAndTellsOfIPv6(t *testing.T) {
	const delay = 5 * time.Millisecond
	link := labtest.Open(t, lab.Way{Delay: delay}, lab.Way{Delay: delay})
	server, err := link.Server.ListenPacket("udp6", "server:9")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	client, err := link.Client.ListenPacket("udp6", "client:0")
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fell := link.ToServer.Drop(2, func(p lab.Packet) bool {
		return p.Protocol == packet.UDP && p.Destination == netip.MustParseAddrPort("[fd00::2]:9")
	})
	begun := time.Now()
	for _, text := range []string{"one", "two", "three"} {
		send(t, client, server, text)
	}
	if a, b := receive(t, server), receive(t, server); a != "one" || b != "three" || time.Since(begun) < delay {
		t.Errorf("after %v the server has %q and %q", time.Since(begun), a, b)
	}
	if p := <-fell; string(p.Payload) != "two" || !strings.HasSuffix(p.String(), ` > [fd00::2]:9: UDP, 3 bytes "two"`) {
		t.Errorf("what fell is %v", p)
	}
	// A device speaks for itself if one lets it: looks for routers, claims addresses.
	if n := link.ToServer.Counts(); n.Packets != 3 {
		t.Errorf("the client sent %d packets", n.Packets)
	}
}
