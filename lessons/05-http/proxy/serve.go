package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"time"
)

// Drain is how long what is in flight may take once the proxy stops.
const Drain = 4 * time.Second

// Cut says that the proxy has stopped before all was over.
type Cut struct{ Tunnels int }

func (c *Cut) Error() string {
	if c.Tunnels == 0 {
		return "stopped; who did not have an answer in time was cut off"
	}
	return fmt.Sprintf("stopped; tunnels that were still in use and were cut off: %d", c.Tunnels)
}

// Serve serves until ctx ends, answers what is in flight then, and returns within Drain. It
// closes the listener. If that fails, everybody is cut off at once.
func (p *Proxy) Serve(ctx context.Context, l net.Listener) error {
	if at, err := netip.ParseAddrPort(l.Addr().String()); err == nil {
		p.to.Own = at
	}
	server := &http.Server{
		Handler:           http.HandlerFunc(p.watched),
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    maxHead,
	}
	defer p.kept.CloseIdleConnections()
	defer server.Close()
	defer l.Close() // if it is stopped before it has begun, Shutdown knows of no listener
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		over, cancel := context.WithCancel(context.WithoutCancel(ctx))
		cancel()
		server.Close()
		p.tunnels.Stop()
		p.tunnels.Wait(over)
		return fmt.Errorf("accept: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Drain)
	defer cancel()
	p.tunnels.Stop() // Shutdown knows nothing of them
	err := server.Shutdown(ctx)
	if cut := p.tunnels.Wait(ctx); cut > 0 || err != nil {
		return &Cut{cut}
	}
	return nil
}

// Done is a request that has been answered, or a tunnel that has ended.
type Done struct {
	Request  *http.Request
	Status   int
	Up, Down int64 // bytes of a tunnel; of an answer, Down are those of its body
	Took     time.Duration
	Err      error // why it ended early
}

// watched tells of each request. A tunnel tells of itself, at its end.
func (p *Proxy) watched(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect {
		p.ServeHTTP(w, r)
		return
	}
	begun, seen := time.Now(), &counted{ResponseWriter: w, status: http.StatusOK, err: errCut}
	defer func() { // also when ServeHTTP panics, with which it ends an answer that is cut
		p.Watch(Done{r, seen.status, seen.up, seen.down, time.Since(begun), seen.err})
	}()
	p.ServeHTTP(seen, r)
	if seen.err == errCut {
		seen.err = nil
	}
}

var errCut = errors.New("the answer was cut")

// A counted keeps what an answer was. Unwrap lets http.ResponseController find what it hides.
type counted struct {
	http.ResponseWriter
	status   int
	up, down int64
	err      error
}

func (c *counted) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *counted) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.down += int64(n)
	return n, err
}
