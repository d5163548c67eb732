package streams

import (
	"context"
	"errors"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/experiment"
)

// Idle changes whether a client keeps a silent connection alive, and whether it is still there.
var Idle = experiment.Experiment{
	Name:      "idle",
	Subjects:  []string{"max_idle_timeout", "PING"},
	About:     "Nobody says anything, with an idle timeout of 300 ms",
	Simulated: true,
	Do:        idle,
}

const idleTimeout = 300 * time.Millisecond

func idle(ctx context.Context, r *experiment.Report) error {
	p, err := open(time.Millisecond, &quic.Config{MaxIdleTimeout: idleTimeout})
	if err != nil {
		return err
	}
	defer p.Close()
	client, server, _, err := p.meet(ctx, &quic.Config{MaxIdleTimeout: idleTimeout})
	if err != nil {
		return err
	}
	silent := time.Now()
	clients, err := ends(ctx, client, silent)
	if err != nil {
		return err
	}
	servers, err := ends(ctx, server, silent)
	if err != nil {
		return err
	}
	r.Add("no keep-alive: the client ends it after", clients)
	r.Add("  the server ends it after", servers)

	client, server, vanish, err := p.meet(ctx, &quic.Config{MaxIdleTimeout: idleTimeout, KeepAlivePeriod: idleTimeout / 3})
	if err != nil {
		return err
	}
	select {
	case <-time.After(3 * idleTimeout):
	case <-ctx.Done():
		return ctx.Err()
	}
	alive := client.Context().Err() == nil && server.Context().Err() == nil
	r.Add("pings after 100 ms: alive after 900 ms", alive)
	vanish()
	vanished, err := ends(ctx, server, time.Now())
	if err != nil {
		return err
	}
	r.Add("  who pings vanishes: ended after", vanished)
	low, high := idleTimeout/2, 10*idleTimeout // a packet may just have come, and the machine may be busy
	r.Shown = alive && low < clients && clients < high && low < servers && servers < high && low < vanished && vanished < high
	r.Says = "Silence ends a connection at both ends, without a word. Pings of one side keep it at both."
	return nil
}

// ends is how long after a moment the idle timeout ends a connection.
func ends(ctx context.Context, conn *quic.Conn, since time.Time) (time.Duration, error) {
	select {
	case <-conn.Context().Done():
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	took := time.Since(since)
	if _, ok := errors.AsType[*quic.IdleTimeoutError](context.Cause(conn.Context())); !ok {
		return 0, context.Cause(conn.Context())
	}
	return took, nil
}
