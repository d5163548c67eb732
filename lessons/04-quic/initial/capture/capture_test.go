package capture

import (
	"bytes"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/04-quic/initial"
	"onthewire/lessons/04-quic/initial/field"
	"onthewire/lessons/04-quic/network"
)

// handshake is one in virtual time, taken apart.
func handshake(t *testing.T) *initial.Conversation {
	t.Helper()
	var c initial.Conversation
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(25 * time.Millisecond)
		defer n.Close()
		client, _ := n.Client()
		server, _ := n.Server()
		defer client.Close()
		defer server.Close()
		read(t, &c)(Between(t.Context(), client, server))
	})
	return &c
}

func read(t *testing.T, c *initial.Conversation) func([]Datagram, error) {
	return func(datagrams []Datagram, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		for i, d := range datagrams {
			if err := c.Read(d.Data, d.From); err != nil {
				t.Fatalf("datagram %d: %v", i+1, err)
			}
		}
	}
}

func TestQuicGoSendsTheEndOfTheNameInALaterPacketThanItsBeginning(t *testing.T) {
	c := handshake(t)
	hello, err := c.Hello(initial.Client)
	if err != nil {
		t.Fatal(err)
	}
	var name field.Field
	for _, f := range field.Leaves(hello) {
		if f.Name == "HostName" {
			name = f
		}
	}
	if name.Value != `"localhost"` {
		t.Fatalf("the name is %s", name.Value)
	}
	packet := map[int]int{} // in which datagram each byte of it came
	for _, piece := range c.Handshake[initial.Client].Pieces {
		for at := piece.Offset; at < piece.Offset+piece.Size; at++ {
			packet[at] = piece.Datagram
		}
	}
	middle := name.At + name.Size/2
	for at := name.At; at < name.End(); at++ {
		if want := packet[name.At]; at < middle && packet[at] != want {
			t.Errorf("byte %d of the first half came in datagram %d, not %d", at, packet[at], want)
		} else if at >= middle && packet[at] <= want {
			t.Errorf("byte %d of the second half came in datagram %d, no later than the first", at, packet[at])
		}
	}
}

func TestAClientFillsEachDatagramWithAnInitialToTwelveHundredBytes(t *testing.T) {
	var initials, coalesced int
	for i, d := range handshake(t).Datagrams {
		if len(d.Packets) > 1 {
			coalesced++
		}
		if d.From == initial.Client && d.Packets[0].Type == initial.Initial {
			initials++
			if len(d.Wire) < 1200 {
				t.Errorf("datagram %d has %d bytes", i+1, len(d.Wire))
			}
		}
	}
	if initials < 2 {
		t.Errorf("the ClientHello came in %d Initials", initials)
	}
	if coalesced == 0 {
		t.Error("no datagram has two packets in it")
	}
}

func TestTheInitialsHideNothingAndTheOthersEverything(t *testing.T) {
	c := handshake(t)
	seen := map[initial.Type]bool{}
	for _, d := range c.Datagrams {
		for _, p := range d.Packets {
			seen[p.Type] = true
			if p.Opened != (p.Type == initial.Initial) {
				t.Errorf("%v: opened is %v", p.Type, p.Opened)
			}
			if p.Type != initial.Initial && !bytes.Equal(d.Wire[p.At:p.End()], d.Plain[p.At:p.End()]) {
				t.Errorf("bytes of a %v packet are not those on the wire", p.Type)
			}
		}
		if bytes.Contains(d.Wire, []byte("hello, wire")) || bytes.Contains(d.Wire, []byte("localhost")) {
			t.Error("a text stands on the wire in the clear")
		}
	}
	if !seen[initial.Initial] || !seen[initial.Handshake] || !seen[initial.OneRTT] || seen[initial.Garbage] {
		t.Errorf("these packets were seen: %v", seen)
	}
}

func TestAHandshakeOverLoopbackIsTakenApartLikeASimulatedOne(t *testing.T) {
	var c initial.Conversation
	read(t, &c)(Loopback(t.Context()))
	for _, side := range []initial.Side{initial.Client, initial.Server} {
		if hello, err := c.Hello(side); err != nil || len(hello) != 1 {
			t.Errorf("TLS of the %v: %d messages, %v", side, len(hello), err)
		}
	}
}
