package discover

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

var anna = Message{Kind: Announce, Instance: 0x0102030405060708, Sequence: 9, Lifetime: 30 * time.Second, Port: 7000, Name: "anna", Service: "chat"}

func TestAMessageIsTheseBytes(t *testing.T) {
	want := "w\x01\x01\x00" + "\x01\x02\x03\x04\x05\x06\x07\x08" + "\x00\x00\x00\x09" + "\x00\x1e" + "\x1b\x58" + "\x04anna" + "\x04chat"
	if got := anna.Append(nil); string(got) != want {
		t.Errorf("sent\n%q, want\n%q", got, want)
	}
	if got, err := Parse([]byte(want)); err != nil || got != anna {
		t.Errorf("read %+v, %v", got, err)
	}
}

func TestWhatIsNoMessageIsRefused(t *testing.T) {
	good := anna.Append(nil)
	with := func(i int, b byte) []byte {
		bad := bytes.Clone(good)
		bad[i] = b
		return bad
	}
	for name, bad := range map[string][]byte{
		"empty":                 {},
		"one byte short":        good[:len(good)-1],
		"one byte more":         append(bytes.Clone(good), 0),
		"another magic":         with(0, 'x'),
		"a version to come":     with(1, 2),
		"kind 0":                with(2, 0),
		"kind 4":                with(2, 4),
		"lifetime 0":            with(17, 0),
		"a lifetime of hours":   with(16, 255),
		"a name that runs over": with(fixed, 200),
		"a control character":   with(fixed+1, '\x1b'),
		"half a character":      with(fixed+1, 0xc3),
		"no name":               append(bytes.Clone(good[:fixed]), 0, 1, 'x'),
		"a name of 64 bytes":    Message{Announce, 1, 1, time.Second, 1, strings.Repeat("x", 64), "chat"}.Append(nil),
		"larger than any":       bytes.Repeat([]byte("w"), MaxSize+1),
	} {
		if m, err := Parse(bad); err == nil {
			t.Errorf("%s was taken for %+v", name, m)
		}
	}
}

func TestEachShorterPieceOfAMessageIsRefused(t *testing.T) {
	good := anna.Append(nil)
	for n := range good {
		if m, err := Parse(good[:n]); err == nil {
			t.Errorf("%d of %d bytes were taken for %+v", n, len(good), m)
		}
	}
}

func TestSequenceNumbersGoOnBehindTheLast(t *testing.T) {
	for _, c := range []struct {
		a, b  uint32
		after bool
	}{{2, 1, true}, {1, 2, false}, {1, 1, false}, {0, 1<<32 - 1, true}, {1<<32 - 1, 0, false}, {1 << 30, 1, true}} {
		if after(c.a, c.b) != c.after {
			t.Errorf("after(%d, %d) is %v", c.a, c.b, !c.after)
		}
	}
}

// What is accepted is written again as the same bytes, so two readers cannot differ on it.
func FuzzParse(f *testing.F) {
	f.Add(anna.Append(nil))
	f.Add([]byte("w\x01\x02\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Parse(b)
		if err != nil {
			return
		}
		again := m.Append(nil)
		again[3] = b[3] // reserved
		if !bytes.Equal(again, b) {
			t.Errorf("%q was read as %+v, which is %q", b, m, again)
		}
	})
}
