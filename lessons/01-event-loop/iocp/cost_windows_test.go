package iocp_test

import (
	"context"
	"net/netip"
	"runtime"
	"testing"

	"onthewire/lessons/01-event-loop/clients"
	"onthewire/lessons/01-event-loop/goroutines"
	"onthewire/lessons/01-event-loop/iocp"
	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/internal/leak"
)

type engine interface {
	Addr() netip.AddrPort
	Run(context.Context) error
}

var engines = []struct {
	name   string
	listen func(context.Context) (engine, error)
}{
	{"loop", func(ctx context.Context) (engine, error) { return loop.Listen(ctx, "127.0.0.1:0", 1) }},
	{"iocp", func(ctx context.Context) (engine, error) { return iocp.Listen(ctx, "127.0.0.1:0") }},
	{"goroutines", func(ctx context.Context) (engine, error) { return goroutines.Listen(ctx, "127.0.0.1:0") }},
}

// What is started has its buffer with it. A loop that is told of readiness has one for all.
func TestASilentClientOwnsABufferUntilItSpeaks(t *testing.T) {
	const n, buffer = 100, 16 << 10
	used := map[string]int{}
	for _, e := range engines {
		t.Run(e.name, func(t *testing.T) {
			leak.Check(t)
			address := start(t, e.listen)
			before := heap()
			for range n {
				dial(t, address)
			}
			used[e.name] = (heap() - before) / n
			t.Logf("%d bytes of Go's heap for each of %d silent clients, both ends", used[e.name], n)
		})
	}
	if more := used["iocp"] - used["loop"]; more < buffer || more > 2*buffer {
		t.Errorf("a silent client costs iocp %d bytes more than the loop, want a buffer of %d", more, buffer)
	}
}

// BenchmarkMessage is twelve bytes there and back, beside 100 silent clients.
func BenchmarkMessage(b *testing.B) {
	for _, e := range engines {
		b.Run(e.name, func(b *testing.B) {
			address := start(b, e.listen)
			for range 100 {
				dial(b, address)
			}
			c := dial(b, address)
			for b.Loop() {
				if _, err := c.Echo(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func start(t testing.TB, listen func(context.Context) (engine, error)) netip.AddrPort {
	t.Helper()
	server, err := listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return server.Addr()
}

// dial connects a client. It says twelve bytes, so the server has let it in.
func dial(t testing.TB, to netip.AddrPort) clients.Client {
	t.Helper()
	c, err := clients.Dial(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := c.Echo(); err != nil {
		t.Fatal(err)
	}
	return c
}

func heap() int {
	runtime.GC()
	runtime.GC() // the first one may find what the second one frees
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}
