package client

import (
	"context"
	"math/rand/v2"
	"time"
)

// A retry knows how long nothing has moved, and waits a little longer each time.
type retry struct {
	limit time.Duration
	since time.Time // of the first failure since something has moved
	pause time.Duration
}

const (
	shortest = 50 * time.Millisecond
	longest  = 5 * time.Second
)

// moved says that something has.
func (r *retry) moved() { r.since, r.pause = time.Time{}, 0 }

// wait waits until it is time to try again, and tells whether it makes sense. The last try
// comes when the limit is reached.
func (r *retry) wait(ctx context.Context) bool {
	if r.since.IsZero() {
		r.since = time.Now()
	}
	left := r.limit - time.Since(r.since)
	if left <= 0 {
		return false
	}
	r.pause = min(max(2*r.pause, shortest), longest)
	timer := time.NewTimer(min(left, r.pause/2+rand.N(r.pause))) // not all clients of a server in the same moment
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
