package blocking

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// A watch sees what arrives of ten downloads.
type watch struct {
	begun time.Time

	mu    sync.Mutex
	last  time.Time // something arrived, for whichever of them; at first zero
	stall time.Duration
	ended []time.Duration
}

// have fetches ten downloads and notes when each is complete.
func have(ctx context.Context, c connection, size int) ([]time.Duration, error) {
	w, err := watching(ctx, c, size)
	return w.ended, err
}

func watching(ctx context.Context, c connection, size int) (*watch, error) {
	w := &watch{begun: time.Now(), ended: make([]time.Duration, Downloads)}
	downloads := make([]io.WriteCloser, Downloads)
	for number := range downloads {
		downloads[number] = &download{w, number, size}
	}
	if err := c.fetch(ctx, downloads, size); err != nil {
		return w, err
	}
	for number, ended := range w.ended {
		if ended == 0 {
			return w, fmt.Errorf("download %d is not complete", number)
		}
	}
	return w, nil
}

// A download counts the bytes that it still lacks.
type download struct {
	*watch
	number, left int
}

func (d *download) Write(data []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if !d.last.IsZero() {
		d.stall = max(d.stall, now.Sub(d.last))
	}
	d.last = now
	d.left -= len(data)
	return len(data), nil
}

func (d *download) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.left == 0 {
		d.ended[d.number] = time.Since(d.begun)
	}
	return nil
}
