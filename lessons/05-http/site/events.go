package site

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Every is how often /events says something, unless it is asked for another pace.
const Every = time.Second

// events counts, an event after the other, from where the client was when it was cut off
// (Last-Event-ID) until it has gone or the server drains. A browser connects again by itself.
func (s *Site) events(w http.ResponseWriter, r *http.Request) {
	every := Every
	if asked := r.URL.Query().Get("every"); asked != "" {
		var err error
		if every, err = time.ParseDuration(asked); err != nil || every < 10*time.Millisecond {
			http.Error(w, "ask as in /events?every=100ms, 10ms at least", http.StatusBadRequest)
			return
		}
	}
	last, _ := strconv.ParseUint(r.Header.Get("Last-Event-ID"), 10, 32) // 0 without one of ours
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}
	ctx, cancel := untilDraining(r.Context(), s.Draining)
	defer cancel()
	out, control := steady(w), http.NewResponseController(w)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	fmt.Fprint(out, "retry: 1000\n\n") // milliseconds, until it asks again
	for id := last + 1; control.Flush() == nil; id++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if _, err := fmt.Fprintf(out, "id: %d\ndata: event %d\n\n", id, id); err != nil {
			return
		}
	}
}

// untilDraining ends a context when the server drains: http.Server.Shutdown waits for a request,
// and does not tell it.
func untilDraining(ctx, draining context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	if draining == nil {
		return ctx, cancel
	}
	stop := context.AfterFunc(draining, cancel)
	return ctx, func() { stop(); cancel() }
}
