package everywhere

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"
)

// How long the server waits once it stops.
const (
	Drain  = 4 * time.Second // for all that is in flight
	Settle = time.Second     // for a client that has its answer, or has not asked yet

	lastWords = 250 * time.Millisecond // for handlers whose connection has been cut
)

// Cut says that a server has stopped before all were answered.
type Cut struct{ Requests int64 }

func (c *Cut) Error() string {
	return fmt.Sprintf("stop: requests that took too long and were cut off: %d", c.Requests)
}

// Later is a context that ends so long after ctx. Until then a load balancer may hear that the
// server is about to stop.
func Later(ctx context.Context, wait time.Duration) (context.Context, context.CancelFunc) {
	if wait == 0 {
		return ctx, func() {}
	}
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(wait, cancel) })
	return later, cancel
}

// stop lets nobody in, and waits for those whose answer is under way. On TCP these are also who has
// taken a connection over, whom Shutdown does not know.
func (s *Server) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), s.Drain)
	defer cancel()
	drained := make(chan struct{}, 2)
	go func() {
		s.conns.hurry(Settle)
		s.TCP.Shutdown(ctx)
		s.onTCP.rest(ctx, 0)
		drained <- struct{}{}
	}()
	go func() {
		s.shutdownUDP(ctx)
		drained <- struct{}{}
	}()
	for range cap(drained) {
		select {
		case <-drained:
		case <-ctx.Done(): // UDP's Shutdown has closed all, and waits for handlers however long
		}
	}
	cut := s.onTCP.n.Load() + s.onUDP.n.Load()
	s.cut()
	if cut == 0 {
		return nil
	}
	return &Cut{cut}
}

// cut ends all that is left, and waits for handlers to notice, since a program that exits would
// end them in the middle of anything.
func (s *Server) cut() {
	s.conns.cut()
	s.TCP.Close()
	ctx, cancel := context.WithTimeout(context.Background(), lastWords)
	defer cancel()
	s.onTCP.rest(ctx, 0)
	s.onUDP.rest(ctx, 0)
}

// shutdownUDP says GOAWAY, upon which clients close when they have their answers. Not all do. Nobody
// tells us that the last answer has arrived, and to close at once would lose what has to be sent
// again.
func (s *Server) shutdownUDP(ctx context.Context) {
	ctx, settled := context.WithCancel(ctx)
	defer settled()
	go func() {
		s.onUDP.rest(ctx, Settle)
		settled()
	}()
	s.UDP.Shutdown(ctx)
}

// A counter knows how many requests there are. One goroutine may wait for it to change.
type counter struct {
	n       atomic.Int64
	changed chan struct{}
}

func newCounter() counter { return counter{changed: make(chan struct{}, 1)} }

func (c *counter) begin() { c.add(1) }
func (c *counter) end()   { c.add(-1) }

func (c *counter) add(n int64) {
	c.n.Add(n)
	select {
	case c.changed <- struct{}{}:
	default: // it has not seen the last change yet
	}
}

// rest waits until there has been no request for so long.
func (c *counter) rest(ctx context.Context, quiet time.Duration) {
	for {
		var rested <-chan time.Time
		if c.n.Load() == 0 {
			if quiet == 0 {
				return
			}
			rested = time.After(quiet)
		}
		select {
		case <-ctx.Done():
			return
		case <-rested:
			return
		case <-c.changed:
		}
	}
}
