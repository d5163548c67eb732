//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package scenes

import (
	"context"
	"fmt"
	"runtime"
	"sync/atomic"
	"time"

	"onthewire/lessons/01-event-loop/clients"
	"onthewire/lessons/01-event-loop/poller"
)

// Wakes lets a second goroutine interrupt a sleeping poller n times, and returns how often it
// woke. What the goroutine has to say stands in said, and none of it may be missed.
func Wakes(ctx context.Context, n int64) (woke int, err error) {
	p, err := poller.New()
	if err != nil {
		return 0, err
	}
	defer p.Close()
	var said atomic.Int64
	done := make(chan error, 1)
	go func() {
		for range n {
			said.Add(1)
			if err := p.Wake(); err != nil {
				done <- err
				return
			}
			runtime.Gosched()
		}
		done <- nil
	}()
	begun := time.Now()
	for events := make([]poller.Event, 1); said.Load() < n; woke++ {
		if _, err := p.Wait(events, clients.Timeout); err != nil {
			return woke, err
		}
		if time.Since(begun) > clients.Timeout {
			return woke, fmt.Errorf("a wake was lost: %d of %d heard", said.Load(), n)
		}
	}
	if err := <-done; err != nil {
		return woke, err
	}
	return woke, ctx.Err()
}
