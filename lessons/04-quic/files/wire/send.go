package wire

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
)

// ErrChanged says that a file is no longer what it was when somebody began to send it.
var ErrChanged = errors.New("the file has changed since it was begun")

// SendFile sends a file from an offset on, and behind it the sum of all of it. What it skips is
// hashed while the rest flows, and has to have the sum that the receiver has. About is what the
// file was when its receiver was told of it.
func SendFile(to io.Writer, file *os.File, about fs.FileInfo, offset int64, sum [sha256.Size]byte) error {
	whole, err := send(to, file, offset, about.Size(), sum)
	if err != nil {
		return err
	}
	now, err := file.Stat()
	if err != nil {
		return err
	}
	if now.Size() != about.Size() || !now.ModTime().Equal(about.ModTime()) {
		return ErrChanged // perhaps we have read one half before and one after
	}
	_, err = to.Write(whole[:])
	return err
}

func send(to io.Writer, file *os.File, offset, size int64, sum [sha256.Size]byte) (whole [sha256.Size]byte, err error) {
	if offset == 0 {
		hash := sha256.New()
		err := copyAll(io.MultiWriter(to, hash), io.NewSectionReader(file, 0, size), size)
		return [sha256.Size]byte(hash.Sum(nil)), err
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	hashed := make(chan struct{})
	go func() {
		defer close(hashed)
		var err error
		if whole, err = rehash(ctx, file, offset, size, sum); err != nil {
			cancel(err) // ends the sending too
		}
	}()
	if err := copyAll(to, within{ctx, io.NewSectionReader(file, offset, size-offset)}, size-offset); err != nil {
		cancel(err)
	}
	<-hashed
	defer cancel(nil)
	return whole, context.Cause(ctx)
}

// rehash hashes the whole file, and looks on the way whether its beginning is what the
// receiver has.
func rehash(ctx context.Context, file *os.File, offset, size int64, sum [sha256.Size]byte) (whole [sha256.Size]byte, err error) {
	hash := sha256.New()
	if err := copyAll(hash, within{ctx, io.NewSectionReader(file, 0, offset)}, offset); err != nil {
		return whole, err
	}
	if [sha256.Size]byte(hash.Sum(nil)) != sum {
		return whole, ErrChanged
	}
	err = copyAll(hash, within{ctx, io.NewSectionReader(file, offset, size-offset)}, size-offset)
	return [sha256.Size]byte(hash.Sum(nil)), err
}

// copyAll copies n bytes. A file that ends sooner has been cut.
func copyAll(to io.Writer, from io.Reader, n int64) error {
	buffer := make([]byte, max(1, min(n, piece)))
	copied, err := io.CopyBuffer(struct{ io.Writer }{to}, struct{ io.Reader }{io.LimitReader(from, n)}, buffer)
	if err == nil && copied < n {
		return ErrChanged
	}
	return err
}

// within is a reader that ends with a context.
type within struct {
	ctx context.Context
	io.Reader
}

func (w within) Read(b []byte) (int, error) {
	if err := context.Cause(w.ctx); err != nil {
		return 0, err
	}
	return w.Reader.Read(b)
}
