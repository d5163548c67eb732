package initial

import (
	"bytes"
	"strings"
	"testing"

	"onthewire/lessons/04-quic/initial/field"
)

func TestAPacketNumberIsTheOneNearestToWhatComesNext(t *testing.T) {
	for _, c := range []struct {
		truncated uint64
		size      int
		expected  uint64
		want      uint64
	}{
		{0x9b32, 2, 0xa82f30eb, 0xa82f9b32}, // RFC 9000, appendix A.3
		{0x00, 1, 0, 0},
		{0xff, 1, 0, 0xff}, // nothing lies below 0
		{0x01, 1, 0xff, 0x101},
		{0xfe, 1, 0x101, 0xfe}, // an old one, overtaken
		{0xffffffff, 4, 1<<62 - 1, 1<<62 - 1},
	} {
		if got := decodeNumber(c.truncated, c.size, c.expected); got != c.want {
			t.Errorf("%#x of %d bytes, where %#x comes next: %#x, want %#x", c.truncated, c.size, c.expected, got, c.want)
		}
	}
}

func TestAnAckTellsWhichPacketsCameAndWhichDidNot(t *testing.T) {
	var c Conversation
	// 10 is the largest, and 9 and 8 came too. Then a gap of 2 and one more, and a range of 1
	// and one more.
	payload := unhex(t, "02 0a 40ff 01 02 02 01 00000000000000000000")
	if err := c.Read(sealed(t, Client, 0, payload), Client); err != nil {
		t.Fatal(err)
	}
	parts := c.Datagrams[0].Packets[0].Parts
	for name, want := range map[string]string{
		"Largest Acknowledged": "10", "ACK Delay": "255", "First ACK Range": "packets 8 to 10 came",
		"Gap": "packets 5 to 7 did not come", "ACK Range Length": "packets 3 to 4 came",
	} {
		if got := value(parts, name); got != want {
			t.Errorf("%s says %q", name, got)
		}
	}
}

func TestAPacketBehindAnotherInOneDatagramIsReadToo(t *testing.T) {
	var c Conversation
	first := sealed(t, Client, 0, append([]byte{framePing}, make([]byte, 40)...))
	handshake := unhex(t, "e0 00000001 02 abcd 02 ef01 05 1122334455")
	datagram := append(append(bytes.Clone(first), handshake...), unhex(t, "40 ffffffffffffffffffffffffffffffffffffffffff")...)
	if err := c.Read(datagram, Client); err != nil {
		t.Fatal(err)
	}
	var types []Type
	for _, p := range c.Datagrams[0].Packets {
		types = append(types, p.Type)
	}
	if len(types) != 3 || types[0] != Initial || types[1] != Handshake || types[2] != OneRTT {
		t.Errorf("its packets are %v", types)
	}
	covers(t, &c)

	if err := c.Read(append(bytes.Clone(first), 0, 0, 0), Client); err != nil {
		t.Fatal(err)
	}
	if p := c.Datagrams[1].Packets; len(p) != 2 || p[1].Type != Garbage || p[1].Size != 3 {
		t.Errorf("three zeros behind a packet are %v", p[1:])
	}
}

func TestAVersionNegotiationListsVersions(t *testing.T) {
	var c Conversation
	if err := c.Read(unhex(t, "80 00000000 00 02 abcd 00000001 6b3343cf"), Server); err != nil {
		t.Fatal(err)
	}
	p := c.Datagrams[0].Packets[0]
	if p.Type != VersionNegotiation || value(p.Parts, "Supported Version") != "0x00000001" {
		t.Errorf("it is a %v with %q", p.Type, value(p.Parts, "Supported Version"))
	}
}

func TestWhatIsWrongIsSaidWithFieldAndOffset(t *testing.T) {
	good := datagrams(t, "rfc9001.hex")[0].Wire
	flipped := bytes.Clone(good)
	flipped[600] ^= 0x10
	with := func(payload string) []byte {
		return sealed(t, Client, 0, append(unhex(t, payload), make([]byte, 20)...))
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "a datagram of no bytes"},
		{[]byte{0x16, 3, 1}, "at byte 0, First Byte: 0x16 begins no packet of QUIC"},
		{good[:3], "at byte 1, Version: it has 4 bytes, and only 2 are left"},
		{good[:9], "at byte 6, Destination Connection ID: it has 8 bytes, and only 3 are left"},
		{good[:1000], "at byte 16, Length: the packet has 1182 more bytes, and the datagram 982"},
		{unhex(t, "c0 6b3343cf 00 00"), "at byte 1, Version: 0x6b3343cf is not version 1 of QUIC"},
		{unhex(t, "80 00000001 00 00"), "at byte 0, First Byte: its fixed bit is 0"},
		{unhex(t, "c0 00000001 15"), "at byte 5, Destination Connection ID Length: 21 bytes, and 20 are the most"},
		{unhex(t, "c0 00000001 00 00 00 05 0102030405"), "at byte 9, Packet Number: a packet with 5 bytes from here on is too short"},
		{flipped, "at byte 22, Packet Payload: these keys do not open it"},
		{sealed(t, Client, 0, nil), "at byte 22, Packet Payload: it has no frame"},
		{with("08 00"), "at byte 22, Type: a frame of type 0x08 has no place in an Initial"},
		{with("06 00 7fff"), "at byte 26, Crypto Data: it has 16383 bytes, and only 20 are left"},
		{with("06 c000000000ffffff 01 00"), "Crypto Data: a handshake of more than 65536 bytes"},
		{with("06 00 01 aa 06 00 01 bb"), "at byte 29, Crypto Data: it repeats byte 0 of the handshake, and differs"},
		{with("02 03 00 00 04"), "at byte 26, First ACK Range: a range of 4 under packet 3 goes below 0"},
		{with("02 03 00 01 00 02"), "at byte 27, Gap: a gap of 2 under packet 3 goes below 0"},
		{with("02 03 00 3f 00"), "Gap: a gap of 0 under packet 1 goes below 0"},
	} {
		var conversation Conversation
		err := conversation.Read(c.data, Client)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("% x...: %v\nwant %s", c.data[:min(len(c.data), 12)], err, c.want)
		}
	}
	var conversation Conversation
	err := conversation.Read(datagrams(t, "rfc9001.hex")[1].Wire, Server)
	if want := "the keys come from the first Initial of the client, which was not seen"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("a server alone: %v", err)
	}
}

// covers wants each byte of each datagram to be in exactly one field without parts.
func covers(t testing.TB, c *Conversation) {
	t.Helper()
	for i, d := range c.Datagrams {
		at := 0
		for _, p := range d.Packets {
			for _, f := range field.Leaves(p.Parts) {
				if f.At != at {
					t.Fatalf("datagram %d: %s begins at %d, and what is before it ends at %d", i, f.Name, f.At, at)
				}
				at = f.End()
			}
		}
		if at != len(d.Wire) && len(d.Packets) > 0 && d.Packets[len(d.Packets)-1].Type != Garbage {
			t.Fatalf("datagram %d: nobody explains the bytes from %d to %d", i, at, len(d.Wire))
		}
	}
}
