package icmp

import (
	"bytes"
	"errors"
	"testing"
)

func TestTheChecksumIsThatOfRFC1071(t *testing.T) {
	for _, c := range []struct {
		b    []byte
		want uint16
	}{
		{[]byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}, ^uint16(0xddf2)}, // its section 3
		{nil, 0xffff},
		{[]byte{0xff}, 0x00ff},
		{bytes.Repeat([]byte{0xff}, 1<<17), 0}, // carries that a 32-bit sum would lose
	} {
		if got := Checksum(c.b); got != c.want {
			t.Errorf("the checksum of %d bytes is %#x, and should be %#x", len(c.b), got, c.want)
		}
	}
}

func TestAMessageIsReadAsItWasWritten(t *testing.T) {
	want := Message{Type: EchoRequest, ID: 0xbeef, Seq: 7, Data: []byte("hello, wire\n")}
	got, err := Parse(want.Marshal())
	if err != nil || got.Type != want.Type || got.ID != want.ID || got.Seq != want.Seq || !bytes.Equal(got.Data, want.Data) {
		t.Errorf("read as %+v, %v", got, err)
	}
}

func TestADamagedMessageIsRefused(t *testing.T) {
	b := Message{Type: EchoReply, Data: []byte("hello, wire\n")}.Marshal()
	for n := range headerSize {
		if _, err := Parse(b[:n]); !errors.Is(err, errShort) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	for i := range b {
		b[i] ^= 1
		if _, err := Parse(b); !errors.Is(err, errChecksum) {
			t.Errorf("byte %d is damaged: %v", i, err)
		}
		b[i] ^= 1
	}
}

func TestAnErrorSaysWhichQuestionItIsAbout(t *testing.T) {
	question := Message{Type: EchoRequest, ID: 3, Seq: 4}.Marshal()
	ip := append([]byte{0x45}, make([]byte, 19)...)
	ip[9] = protocol
	exceeded := Message{Type: TimeExceeded, Data: append(ip, question...)}
	if about, ok := exceeded.quoted(); !ok || about.ID != 3 || about.Seq != 4 {
		t.Errorf("about %+v, %v", about, ok)
	}
	for n := range exceeded.Data {
		if _, ok := (Message{Type: TimeExceeded, Data: exceeded.Data[:n]}).quoted(); ok {
			t.Errorf("%d bytes of the quotation are enough", n)
		}
	}
	if _, ok := (Message{Type: EchoReply, Data: exceeded.Data}).quoted(); ok {
		t.Error("an echo quotes nothing")
	}
	ip[9] = 17
	if _, ok := (Message{Type: TimeExceeded, Data: append(ip, question...)}).quoted(); ok {
		t.Error("that error was about UDP")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(Message{Type: EchoRequest, ID: 1, Seq: 2, Data: []byte("hello, wire\n")}.Marshal())
	f.Add(Message{Type: Unreachable, Data: append([]byte{0x4f}, make([]byte, 70)...)}.Marshal())
	f.Add([]byte{0x45, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		if head, body, err := splitIP(b); err == nil && (len(head) < 20 || len(head)+len(body) != len(b)) {
			t.Errorf("a packet of %d bytes was cut into %d and %d", len(b), len(head), len(body))
		}
		m, err := Parse(b)
		if err != nil {
			return
		}
		m.quoted()
		if again := m.Marshal(); !bytes.Equal(again[:2], b[:2]) || !bytes.Equal(again[4:], b[4:]) {
			t.Errorf("% x is written as % x", b, again)
		}
	})
}
