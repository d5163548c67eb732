// Package watch learns what a loop does from its system calls, as strace would. What the
// demo prints about the loop, and what the tests assert about it, comes from here.
package watch

import (
	"context"
	"sync"

	"onthewire/lessons/internal/measure"
)

// A Watch collects the calls of one loop.Server.
type Watch struct {
	mu    sync.Mutex
	moved sync.Cond
	seen  Seen
	byFD  map[int]*Traffic
}

// Seen is all that has been collected so far.
type Seen struct {
	Thread  int // the loop's, see gettid(2)
	Calls   int // of all kinds
	Waits   int
	Ready   int // what the last wait returned
	Writes  int
	Closed  int
	Clients []*Traffic // in the order in which they were accepted
}

// Traffic is what the loop has moved for one client, in bytes.
type Traffic struct {
	Read, LastRead       int
	Written, LastWritten int
	MostHeld             int // read and not yet written
	Listener             int // which one has accepted it
	Closed               bool
	Why                  error // it was closed
}

// Held is what has been read from the client and not yet been written to it.
func (t *Traffic) Held() int { return t.Read - t.Written }

// New returns a Watch that has seen nothing.
func New() *Watch {
	w := &Watch{byFD: make(map[int]*Traffic)}
	w.moved.L = &w.mu
	return w
}

// Call is for the field Trace of a loop.Server.
func (w *Watch) Call(name string, fd, n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen.Calls++
	client := w.byFD[fd]
	switch name {
	case "wait":
		w.seen.Waits++
		w.seen.Ready = n
		w.seen.Thread = measure.ThreadID()
	case "accept":
		if err == nil {
			client = &Traffic{Listener: fd}
			w.byFD[n] = client
			w.seen.Clients = append(w.seen.Clients, client)
		}
	case "read":
		behind := client.Held() > 0 // then it is kept, too, before anything is written
		client.Read, client.LastRead = client.Read+n, n
		if behind {
			client.MostHeld = max(client.MostHeld, client.Held())
		}
	case "write":
		w.seen.Writes++
		client.MostHeld = max(client.MostHeld, client.Held()-n)
		client.Written, client.LastWritten = client.Written+n, n
	case "close":
		w.seen.Closed++
		client.Closed, client.Why = true, err
	}
	w.moved.Broadcast()
}

// See lets look read what has been collected. It must not keep it.
func (w *Watch) See(look func(*Seen)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	look(&w.seen)
}

// Until waits for the loop to make something true, and tells whether it has; it gives up
// when ctx is done.
func (w *Watch) Until(ctx context.Context, holds func(*Seen) bool) bool {
	stop := context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.moved.Broadcast()
	})
	defer stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !holds(&w.seen) {
		if ctx.Err() != nil {
			return false
		}
		w.moved.Wait()
	}
	return true
}
