package field

import (
	"encoding/hex"
	"strings"
	"testing"
)

func TestAVarintSaysItsOwnLength(t *testing.T) {
	for text, want := range map[string]uint64{ // RFC 9000, appendix A.1
		"c2197c5eff14e88c": 151_288_809_941_952_652, "9d7f3e7d": 494_878_333, "7bbd": 15_293, "25": 37, "4025": 37,
	} {
		data, _ := hex.DecodeString(text)
		r := NewReader(data, 0, len(data))
		if got := r.Varint("number"); got != want || r.Left() != 0 || r.Err() != nil {
			t.Errorf("%s is %d with %d bytes left, %v", text, got, r.Left(), r.Err())
		}
		short := NewReader(data, 0, len(data)-1)
		if short.Varint("number"); short.Err() == nil {
			t.Errorf("%s without its last byte is a number", text)
		}
	}
}

func TestAGroupUsesAllItsBytesAndNoMore(t *testing.T) {
	for size, want := range map[uint64]string{
		3: "",
		4: "at byte 3, pair: 1 of its 4 bytes are left over",
		2: "at byte 1, second: it has 2 bytes, and only 1 are left",
		9: "at byte 0, pair: it has 9 bytes, and only 5 are left",
	} {
		r := NewReader(make([]byte, 5), 0, 5)
		r.Within("pair", size, func() {
			r.Bytes("first", 1)
			r.Bytes("second", 2)
		})
		got := ""
		if r.Err() != nil {
			got = r.Err().Error()
		}
		if got != want {
			t.Errorf("a pair of %d bytes: %q, want %q", size, got, want)
		}
		if r.Err() != nil && (r.Bytes("more", 1) != nil || r.Varint("more") != 0 || r.More()) {
			t.Errorf("a pair of %d bytes: it reads on", size)
		}
	}
}

func TestACutKeepsThePartsThatLieInIt(t *testing.T) {
	r := NewReader(make([]byte, 10), 0, 10)
	r.Group("outer", func() {
		r.Bytes("a", 2)
		r.Bytes("b", 5)
		r.Bytes("c", 3)
	})
	var got []string
	for _, f := range Leaves(Cut(r.Fields(), 4, 8, 100)) {
		got = append(got, f.Name)
		if f.Name == "b" && (f.At != 100 || f.Size != 3) || f.Name == "c" && (f.At != 103 || f.Size != 1) {
			t.Errorf("%s lies at %d and has %d bytes", f.Name, f.At, f.Size)
		}
	}
	if strings.Join(got, "") != "bc" {
		t.Errorf("the bytes from 4 to 8 belong to %q", got)
	}
}
