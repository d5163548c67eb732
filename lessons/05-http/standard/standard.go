// Package standard ends a server of net/http as every server in this house ends.
package standard

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// Drain is how long what is in flight may take once the server stops.
const Drain = 4 * time.Second

// Serve serves until ctx ends, answers what is in flight then, and returns within Drain. It closes
// the listener. If accepting fails for good, everybody is cut off at once.
func Serve(ctx context.Context, server *http.Server, l net.Listener) error {
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
	return server.Shutdown(ctx)
}
