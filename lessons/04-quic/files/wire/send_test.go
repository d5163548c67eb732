package wire

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// file makes a file of so many bytes.
func file(t *testing.T, size int) (*os.File, fs.FileInfo, []byte) {
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
	about, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	return f, about, data
}

func TestWhatIsSentFromTheMiddleIsTheRestAndTheSumOfAll(t *testing.T) {
	f, about, data := file(t, 300_000)
	whole := sha256.Sum256(data)
	for _, offset := range []int{0, 1, 65536, 299_999, 300_000} {
		var got bytes.Buffer
		if err := SendFile(&got, f, about, int64(offset), sha256.Sum256(data[:offset])); err != nil {
			t.Fatalf("from %d: %v", offset, err)
		}
		if want := append(bytes.Clone(data[offset:]), whole[:]...); !bytes.Equal(got.Bytes(), want) {
			t.Errorf("from %d: %d bytes, want %d", offset, got.Len(), len(want))
		}
	}
}

func TestASumIsNotSentOfAFileThatHasChanged(t *testing.T) {
	f, about, data := file(t, 300_000)
	if err := SendFile(io.Discard, f, about, 100, sha256.Sum256([]byte("something else"))); !errors.Is(err, ErrChanged) {
		t.Errorf("another beginning: %v", err)
	}
	for _, offset := range []int64{0, 100} {
		for why, change := range map[string]func() error{
			"longer":  func() error { return os.WriteFile(f.Name(), append(data, 'x'), 0) },
			"shorter": func() error { return os.Truncate(f.Name(), 200_000) },
			"as long": func() error { return os.WriteFile(f.Name(), data, 0) },
		} {
			var sent bytes.Buffer
			err := SendFile(&once{&sent, change}, f, about, offset, sha256.Sum256(data[:offset]))
			if !errors.Is(err, ErrChanged) || sent.Len() > len(data)-int(offset) {
				t.Errorf("%s: %d bytes were sent, %v", why, sent.Len(), err)
			}
			if err := os.WriteFile(f.Name(), data, 0); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(f.Name(), about.ModTime(), about.ModTime()); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// once is a writer that does something after its first bytes.
type once struct {
	io.Writer
	do func() error
}

func (o *once) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if o.do != nil {
		err = errors.Join(err, o.do())
		o.do = nil
	}
	return n, err
}
