package packet_test

import (
	"encoding/hex"
	"net/netip"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/internal/packet"
)

// hello is a frame of loopback: "hello, wire\n" from port 40000 to 9000.
var hello = frame("000000000000 000000000000 0800",
	"45b80040 00004000 40060000 7f000001 7f000001",
	"9c402328 00000065 000000c9 80180200 00000000 0101080a 00000001 00000002",
	"68656c6c6f2c20776972650a")

func frame(parts ...string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Join(parts, ""), " ", ""))
	if err != nil {
		panic(err)
	}
	return b
}

func TestASegmentIsReadThroughAllItsHeaders(t *testing.T) {
	for name, p := range map[string]packet.Packet{
		"behind Ethernet": packet.Decode(packet.Ethernet, hello),
		"with padding":    packet.Decode(packet.Ethernet, append(hello[:len(hello):len(hello)], 1, 2, 3)),
		"raw":             packet.Decode(packet.RawIP, hello[14:]),
	} {
		from, to := netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("127.0.0.1:9000")
		if p.Source != from || p.Destination != to || p.Seq != 101 || p.Ack != 201 || p.Window != 512 ||
			p.Flags != packet.PSH|packet.ACK || p.TTL != 64 || p.TOS != 0xb8 || string(p.Payload) != "hello, wire\n" {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestEveryBeginningOfASegmentIsReadAsFarAsItGoes(t *testing.T) {
	for n := range hello {
		p := packet.Decode(packet.Ethernet, hello[:n])
		if n < 14+20 && p.Source.IsValid() {
			t.Errorf("%d bytes have no whole IP header, and yet an address: %v", n, p.Source)
		}
		if n < 14+20+32 && p.Source.Port() != 0 {
			t.Errorf("%d bytes have no whole TCP header, and yet a port: %v", n, p.Source)
		}
	}
}

func TestALineLooksLikeTcpdumps(t *testing.T) {
	stamped := packet.Decode(packet.Ethernet, hello)
	stamped.Time = time.Date(2026, 11, 25, 7, 8, 9, 123456000, time.UTC)
	v6 := frame("60000000 000c 11 40 00000000000000000000000000000001 00000000000000000000000000000001", "00350036 000c0000", "ff000a1b")
	fragment := append([]byte(nil), hello[14:]...)
	fragment[7] = 2 // of the offset
	for _, c := range []struct {
		p    packet.Packet
		want string
	}{
		{stamped, `07:08:09.123456 127.0.0.1:40000 > 127.0.0.1:9000: TCP [P.] seq 101 ack 201 win 512, 12 bytes "hello, wire\n"`},
		{packet.Decode(packet.RawIP, v6), `[::1]:53 > [::1]:54: UDP, 4 bytes "\xff\x00\n\x1b"`},
		{packet.Decode(packet.RawIP, frame("4500001c 00000000 40010000 0a000001 0a000002", "0800f7ff 00000000")),
			"10.0.0.1 > 10.0.0.2: ICMP type 8 code 0, 8 bytes"},
		{packet.Decode(packet.Ethernet, frame("ffffffffffff 020000000001 0806", "0001")), "EtherType 0x0806, 16 bytes"},
		{packet.Decode(packet.RawIP, nil), "EtherType 0x0000, 0 bytes"},
	} {
		if got := packet.Line(c.p); got != c.want {
			t.Errorf("the line is\n%s\nand should be\n%s", got, c.want)
		}
	}
	if got := packet.Line(packet.Decode(packet.RawIP, fragment)); !strings.HasPrefix(got, "127.0.0.1 > 127.0.0.1: protocol 6, 44 bytes ") {
		t.Errorf("a later fragment: %s", got)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(true, hello)
	f.Add(false, hello[14:])
	f.Add(false, frame("60000000 000c 11 40 00000000000000000000000000000001 00000000000000000000000000000001", "00350036 000c0000", "68656c6c"))
	f.Add(true, frame("ffffffffffff 020000000001 86dd", "6f"))
	f.Add(false, frame("4f000014 00000000 40060000 7f000001 7f000001"))
	f.Fuzz(func(t *testing.T, ethernet bool, b []byte) {
		link := packet.RawIP
		if ethernet {
			link = packet.Ethernet
		}
		p := packet.Decode(link, b)
		if len(p.Payload) > len(b) {
			t.Errorf("a payload of %d bytes in a packet of %d", len(p.Payload), len(b))
		}
		for _, r := range packet.Line(p) {
			if r < ' ' || r > '~' && r != '…' {
				t.Errorf("the line has the letter %q, which a terminal might obey", r)
			}
		}
	})
}
