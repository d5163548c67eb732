package tcp

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Relay copies both ways between a client and an origin, and passes on no end.
var Relay = pitfall.Pitfall{
	Number:   14,
	Name:     "relay",
	Subjects: []string{"io.Copy", "half-close", "FIN", "shutdown(2)"},
	Title:    "io.Copy both ways, and no end passed on",
	Symptom:  "Through the relay some clients wait for ever, for an answer that the origin gives at once without it. Each leaves two descriptors and two goroutines behind.",
	Messages: []string{
		"upstream timed out (110: Connection timed out) while reading response header from upstream",
		"too many open files",
		"CLOSE_WAIT",
		"FIN_WAIT2",
		"use of closed network connection",
		"deadline has elapsed",
	},
	Diagnose: [][2]string{
		{"ss -tn state close-wait", "connections whose peer has ended, and whose program has not noticed or not said so"},
		{"curl localhost:6060/debug/pprof/goroutine?debug=2", "pairs of goroutines in io.Copy, for hours"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return throughRelay(ctx, false, relay{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return throughRelay(ctx, true, relay{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return throughRelay(ctx, true, relay{}.fixed) },
}

type relay struct{}

// broken copies both ways until both have ended. When one has, the other may be silent for idle.
func (relay) broken(client, origin *net.TCPConn, idle time.Duration) {
	copies := func(to, from *net.TCPConn) {
		io.Copy(to, from)
	}
	var both sync.WaitGroup
	both.Go(func() { copies(origin, client) })
	both.Go(func() { copies(client, origin) })
	both.Wait()
}

// fixed copies both ways until both have ended. When one has, the other may be silent for idle.
func (relay) fixed(client, origin *net.TCPConn, idle time.Duration) {
	var last atomic.Bool
	copies := func(to, from *net.TCPConn) {
		io.Copy(to, &bounded{from, &last, idle})
		to.CloseWrite() // its peer learns that no more will come
		last.Store(true)
		to.SetReadDeadline(time.Now().Add(idle)) // and has so long to say the rest
	}
	var both sync.WaitGroup
	both.Go(func() { copies(origin, client) })
	both.Go(func() { copies(client, origin) })
	both.Wait()
}

// bounded reads, and once it is the last that does so, each piece may take no longer than idle.
// It embeds no connection, whose WriteTo io.Copy would call instead of Read.
type bounded struct {
	conn *net.TCPConn
	last *atomic.Bool
	idle time.Duration
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.last.Load() {
		b.conn.SetReadDeadline(time.Now().Add(b.idle))
	}
	return b.conn.Read(p)
}

// throughRelay has a client ask an origin through a relay. The origin answers at the end of the
// line, or if toTheEnd at the end of all.
func throughRelay(ctx context.Context, toTheEnd bool, copies func(client, origin *net.TCPConn, idle time.Duration)) (o pitfall.Outcome, err error) {
	const most = 300 * time.Millisecond
	err = loopback(ctx, func(client, near net.Conn) error {
		return loopback(ctx, func(far, origin net.Conn) error {
			var all sync.WaitGroup
			defer all.Wait()
			defer origin.Close()
			all.Go(func() { copies(near.(*net.TCPConn), far.(*net.TCPConn), time.Minute) })
			all.Go(func() {
				said := make([]byte, len(twelve.Bytes))
				if io.ReadFull(origin, said); toTheEnd {
					io.Copy(io.Discard, origin)
				}
				origin.Write(said)
			})
			io.WriteString(client, twelve.Bytes)
			if toTheEnd {
				client.(*net.TCPConn).CloseWrite()
			}
			client.SetReadDeadline(time.Now().Add(most))
			got := make([]byte, len(twelve.Bytes))
			n, err := io.ReadFull(client, got)
			client.Close()
			o.Add("the client has its answer", err == nil)
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return o.Decide(n == 0 && errors.Is(err, os.ErrDeadlineExceeded), string(got) == twelve.Bytes)
		})
	})
	return o, err
}
