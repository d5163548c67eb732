// Package hostile has experiments with clients of HTTP/2 that want to cost a server more than
// they cost themselves.
package hostile

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"

	"onthewire/lessons/05-http/floods"
	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/05-http/frames/local"
)

// A victim is a server, and how many handlers it had at once.
type victim struct {
	*local.Memory
	running, most atomic.Int64
	release       chan struct{}
}

// stand makes one whose handlers end with their request, or do not look whether it is over.
func stand(deaf bool) (*victim, error) {
	v := &victim{release: make(chan struct{})}
	memory, err := local.StartMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/other" {
			io.WriteString(w, "hello, wire\n")
			return
		}
		n := v.running.Add(1)
		defer v.running.Add(-1)
		for m := v.most.Load(); n > m && !v.most.CompareAndSwap(m, n); m = v.most.Load() {
		}
		if deaf {
			<-v.release
			return
		}
		select {
		case <-r.Context().Done():
		case <-v.release:
		}
	}))
	v.Memory = memory
	return v, err
}

// Close lets handlers go, too.
func (v *victim) Close() error {
	close(v.release)
	return v.Memory.Close()
}

// A siege is what came of a flood.
type siege struct {
	floods.Outcome
	answers int    // that another client had meanwhile
	heap    uint64 // how many bytes this process had at most, with all that is in it
}

// stands sends a flood, while another client asks again and again.
func (v *victim) stands(ctx context.Context, f floods.Flood, most int) (s siege, err error) {
	conn, err := v.Connect(ctx)
	if err != nil {
		return s, err
	}
	var flooding sync.WaitGroup
	defer flooding.Wait()
	defer conn.Close()
	over := make(chan error, 1)
	flooding.Go(func() {
		outcome, err := f.Send(ctx, conn, most)
		s.Outcome = outcome
		over <- err
	})
	var memory runtime.MemStats
	for {
		if err := v.other(ctx); err != nil {
			return s, err
		}
		s.answers++
		runtime.ReadMemStats(&memory)
		s.heap = max(s.heap, memory.HeapAlloc)
		select {
		case err := <-over:
			if s.Ended {
				floods.Gone(conn)
			}
			return s, err
		default:
		}
	}
}

// other is somebody else, who wants an answer.
func (v *victim) other(ctx context.Context) error {
	conn, err := v.Connect(ctx)
	if err != nil {
		return err
	}
	c, err := frames.Start(ctx, conn, nil)
	if err != nil {
		return err
	}
	defer c.Close()
	if _, err := c.Ask("/other"); err != nil {
		return fmt.Errorf("another client: %w", err)
	}
	return c.Goodbye()
}

// end says what became of the connection.
func (s siege) end() string {
	switch {
	case !s.Ended:
		return "still open"
	case s.Reason == "":
		return "closed without a word"
	}
	return "GOAWAY, " + s.Reason
}
