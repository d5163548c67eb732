package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Drain is how long what is in flight may take once the proxy stops.
const Drain = 4 * time.Second

// Serve serves until ctx ends, answers what is in flight then, and returns within Drain. It
// closes the listener. If that fails, everybody is cut off at once.
func (p *Proxy) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{
		Handler:           p,
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
		return fmt.Errorf("accept: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), Drain)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return errors.New("stopped; who did not have an answer in time was cut off")
	}
	return nil
}
