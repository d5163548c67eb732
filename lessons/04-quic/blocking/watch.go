package blocking

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"
)

// have fetches ten downloads and notes when each is complete.
func have(ctx context.Context, c connection, size int) ([]time.Duration, error) {
	w := watch{begun: time.Now(), ended: make([]time.Duration, Downloads)}
	downloads := make([]io.WriteCloser, Downloads)
	for number := range downloads {
		downloads[number] = &download{&w, number, size}
	}
	if err := c.fetch(ctx, downloads, size); err != nil {
		return nil, err
	}
	for number, ended := range w.ended {
		if ended == 0 {
			return nil, fmt.Errorf("download %d is not complete", number)
		}
	}
	return w.ended, nil
}

// A watch sees what arrives.
type watch struct {
	begun time.Time

	mu    sync.Mutex
	ended []time.Duration
}

// A download counts the bytes that it still lacks.
type download struct {
	*watch
	number, left int
}

func (d *download) Write(data []byte) (int, error) {
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
