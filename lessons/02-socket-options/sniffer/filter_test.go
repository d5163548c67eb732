package sniffer

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"

	"onthewire/lessons/internal/packet"
)

// bytesOf is an IPv4 packet with options in its header, so that the ports are not where one
// would guess.
func bytesOf(protocol byte, offset, source, destination uint16) []byte {
	b := make([]byte, 44)
	b[0], b[3], b[9] = 0x46, 44, protocol
	binary.BigEndian.PutUint16(b[6:], offset)
	binary.BigEndian.PutUint16(b[24:], source)
	binary.BigEndian.PutUint16(b[26:], destination)
	b[24+12] = 0x50
	return b
}

func TestTheFilterLetsOnePortPassAndNothingElse(t *testing.T) {
	arp := make([]byte, 44)
	for _, c := range []struct {
		name   string
		ip     []byte
		passes bool
	}{
		{"TCP to the port", bytesOf(packet.TCP, 0, 40000, 9000), true},
		{"TCP from the port", bytesOf(packet.TCP, 0, 9000, 40000), true},
		{"UDP to the port", bytesOf(packet.UDP, 0, 40000, 9000), true},
		{"a first fragment", bytesOf(packet.UDP, 0x2000, 40000, 9000), true},
		{"a later fragment, with the number by chance", bytesOf(packet.UDP, 0x2010, 40000, 9000), false},
		{"another port", bytesOf(packet.TCP, 0, 40000, 9001), false},
		{"ICMP, with the number by chance", bytesOf(packet.ICMP, 0, 9000, 9000), false},
		{"a packet that ends before its ports", bytesOf(packet.TCP, 0, 9000, 9000)[:24], false},
		{"nothing", nil, false},
		{"no IPv4", arp, false},
	} {
		for _, link := range []packet.Link{packet.Ethernet, packet.RawIP} {
			frame := c.ip
			if link == packet.Ethernet {
				frame = append(make([]byte, 14), c.ip...)
				if c.name != "no IPv4" {
					frame[12] = 0x08
				}
			}
			machine, err := bpf.NewVM(Filter{Port: 9000}.program(link))
			if err != nil {
				t.Fatal(err)
			}
			n, err := machine.Run(frame)
			if err != nil || (n > 0) != c.passes {
				t.Errorf("%s, link %d: %d bytes pass, %v", c.name, link, n, err)
			}
		}
	}
}

// The kernel runs the filter on whatever arrives. What passes must be what it says, by our
// own reading of the same bytes.
func FuzzFilter(f *testing.F) {
	f.Add(bytesOf(packet.TCP, 0, 9000, 1))
	f.Add(bytesOf(packet.UDP, 0x2010, 9000, 1))
	machine, err := bpf.NewVM(Filter{Port: 9000}.program(packet.RawIP))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p := packet.Decode(packet.RawIP, b)
		ours := p.EtherType == packet.IPv4 && (p.Source.Port() == 9000 || p.Destination.Port() == 9000)
		n, err := machine.Run(b)
		if err == nil && ours && n == 0 {
			t.Errorf("% x is for the port, and does not pass", b)
		}
	})
}
