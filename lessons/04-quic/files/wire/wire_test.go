package wire

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

var sample = Header{Kind: Get, Offset: 12, Size: 4096, Time: time.Unix(1, 5), Mode: 0o640, Sum: [32]byte{1, 2, 3}, Name: "a/b.txt"}

func TestAHeaderArrivesAsItWasWritten(t *testing.T) {
	for _, h := range []Header{sample, {Kind: List, Name: "."}, {Kind: NotFound, Name: "there is no such file"}} {
		b, err := h.Append(nil)
		if err != nil || len(b) != 64+len(h.Name) {
			t.Errorf("%v has %d bytes, %v", h, len(b), err)
		}
		if h.Time.IsZero() {
			h.Time = time.Unix(0, 0)
		}
		if got, err := Read(bytes.NewReader(b)); err != nil || got != h {
			t.Errorf("%v, %v", got, err)
		}
	}
}

func TestAHeaderThatMakesNoSenseIsRefusedInOneLine(t *testing.T) {
	good, _ := sample.Append(nil)
	for why, change := range map[string]func([]byte) []byte{
		"version 9":             func(b []byte) []byte { b[0] = 9; return b },
		"kind 77":               func(b []byte) []byte { b[1] = 77; return b },
		"offset 12 of 3 bytes":  func(b []byte) []byte { copy(b[12:], []byte{0, 0, 0, 0, 0, 0, 0, 3}); return b },
		"offset -":              func(b []byte) []byte { b[4] = 0xff; return b },
		"mode":                  func(b []byte) []byte { b[28] = 0x80; return b },
		"a name of 65535 bytes": func(b []byte) []byte { b[2], b[3] = 0xff, 0xff; return b },
		"no UTF-8":              func(b []byte) []byte { b[64] = 0xff; return b },
		`"../.txt"`:             func(b []byte) []byte { return append(b[:64], "../.txt"...) },
		`"/etc/pw"`:             func(b []byte) []byte { return append(b[:64], "/etc/pw"...) },
		"cut after 63 bytes":    func(b []byte) []byte { return b[:63] },
		"cut after 70 bytes":    func(b []byte) []byte { return b[:70] },
	} {
		damaged := change(bytes.Clone(good))
		_, err := Read(bytes.NewReader(damaged))
		if cut := len(damaged) < len(good); cut != errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", why, err)
		}
		if err == nil || !strings.Contains(err.Error(), why) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", why, err)
		}
	}
	if _, err := Read(strings.NewReader("")); err != io.EOF {
		t.Errorf("of nothing: %v", err)
	}
}

func FuzzHeader(f *testing.F) {
	good, _ := sample.Append(nil)
	f.Add(good)
	f.Add(good[:63])
	f.Add(bytes.Repeat([]byte{0xff}, 200))
	f.Fuzz(func(t *testing.T, b []byte) {
		h, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		again, err := h.Append(nil)
		if err != nil || !bytes.Equal(again, b[:len(again)]) {
			t.Errorf("%x was read as %v, which is written as %x, %v", b, h, again, err)
		}
	})
}
