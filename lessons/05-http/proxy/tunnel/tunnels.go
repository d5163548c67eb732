package tunnel

import (
	"context"
	"sync"
	"time"
)

// settle is how long nothing may move in a tunnel once the proxy stops.
const settle = time.Second

// Tunnels are all that are open. An http.Server forgets a connection that was taken over, so
// somebody else has to know of them.
type Tunnels struct {
	Idle time.Duration // that nothing may move while both directions are open
	Half time.Duration // while one of them is

	mu       sync.Mutex
	open     map[*tunnel]struct{}
	stopping bool
	changed  chan struct{} // holds one notice for who waits in Wait
}

// New makes them.
func New(idle, half time.Duration) *Tunnels {
	return &Tunnels{Idle: idle, Half: half, open: make(map[*tunnel]struct{}), changed: make(chan struct{}, 1)}
}

func (a *Tunnels) add(t *tunnel) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open[t] = struct{}{}
}

func (a *Tunnels) remove(t *tunnel) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.open, t)
	select {
	case a.changed <- struct{}{}:
	default: // it has not seen the last one yet
	}
}

func (a *Tunnels) isStopping() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stopping
}

func (a *Tunnels) all() (all []*tunnel) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for t := range a.open {
		all = append(all, t)
	}
	return all
}

// Stop ends those soon in which nothing moves.
func (a *Tunnels) Stop() {
	a.mu.Lock()
	a.stopping = true
	a.mu.Unlock()
	for _, t := range a.all() {
		t.moved()
	}
}

// Wait returns when all have ended. Those that have not when ctx ends are cut off, and counted.
func (a *Tunnels) Wait(ctx context.Context) (cut int) {
	over := ctx.Done()
	for {
		left := a.all()
		if len(left) == 0 {
			return cut
		}
		select {
		case <-a.changed:
		case <-over:
			over, cut = nil, len(left)
			for _, t := range left {
				t.end(errStopped, reset)
			}
		}
	}
}
