package wire

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var sample = Header{Kind: Get, Offset: 12, Size: 4096, Time: time.Unix(1, 5), Mode: 0o640, Sum: [32]byte{1, 2, 3}, Name: "a/b.txt"}

func TestAHeaderArrivesAsItWasWritten(t *testing.T) {
	for _, h := range []Header{sample, {Kind: List, Name: "."}, {Kind: NotFound, Name: "there is no such file"}} {
		var b bytes.Buffer
		if err := Write(&b, h); err != nil {
			t.Fatal(err)
		}
		if b.Len() != 64+len(h.Name) {
			t.Errorf("%v has %d bytes", h, b.Len())
		}
		if got, err := Read(&b); err != nil || got != h {
			t.Errorf("%v, %v", got, err)
		}
	}
}

func TestAHeaderThatMakesNoSenseIsRefusedInOneLine(t *testing.T) {
	good, _ := sample.Append(nil)
	for why, change := range map[string]func([]byte) []byte{
		"version 9":                 func(b []byte) []byte { b[0] = 9; return b },
		"kind 77":                   func(b []byte) []byte { b[1] = 77; return b },
		"offset 12 of 3 bytes":      func(b []byte) []byte { copy(b[12:], []byte{0, 0, 0, 0, 0, 0, 0, 3}); return b },
		"offset -":                  func(b []byte) []byte { b[4] = 0xff; return b },
		"mode":                      func(b []byte) []byte { b[28] = 0x80; return b },
		"a name of 65535 bytes":     func(b []byte) []byte { b[2], b[3] = 0xff, 0xff; return b },
		"no UTF-8":                  func(b []byte) []byte { b[64] = 0xff; return b },
		`"../.txt"`:                 func(b []byte) []byte { return append(b[:64], "../.txt"...) },
		`"/etc/pw"`:                 func(b []byte) []byte { return append(b[:64], "/etc/pw"...) },
		io.ErrUnexpectedEOF.Error(): func(b []byte) []byte { return b[:70] },
	} {
		_, err := Read(bytes.NewReader(change(bytes.Clone(good))))
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

// file makes a file of so many bytes.
func file(t *testing.T, size int) (*os.File, []byte) {
	t.Helper()
	data := make([]byte, size)
	for i := range data {
		data[i] = byte(i * 7 / 5)
	}
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f, data
}

func TestWhatIsSentFromTheMiddleIsTheRestAndTheSumOfAll(t *testing.T) {
	f, data := file(t, 300_000)
	whole := sha256.Sum256(data)
	for _, offset := range []int{0, 1, 65536, 299_999, 300_000} {
		var got bytes.Buffer
		if err := Send(&got, f, int64(offset), int64(len(data)), sha256.Sum256(data[:offset])); err != nil {
			t.Fatalf("from %d: %v", offset, err)
		}
		if want := append(bytes.Clone(data[offset:]), whole[:]...); !bytes.Equal(got.Bytes(), want) {
			t.Errorf("from %d: %d bytes, want %d", offset, got.Len(), len(want))
		}
	}
}

func TestAFileThatIsNoLongerTheSameIsNotSentToItsEnd(t *testing.T) {
	f, data := file(t, 300_000)
	if err := Send(io.Discard, f, 100, int64(len(data)), sha256.Sum256([]byte("something else"))); !errors.Is(err, ErrChanged) {
		t.Errorf("another beginning: %v", err)
	}
	if err := Send(io.Discard, f, 0, int64(len(data))+1, [32]byte{}); !errors.Is(err, ErrChanged) {
		t.Errorf("a file that was cut: %v", err)
	}
}
