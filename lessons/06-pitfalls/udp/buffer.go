package udp

import (
	"context"
	"fmt"
	"net"
	"sync"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// Buffer reads all datagrams into one buffer, and gives each to a goroutine.
var Buffer = pitfall.Pitfall{
	Number:   17,
	Name:     "buffer",
	Subjects: []string{"ReadFrom", "data race", "io.Reader"},
	Title:    "One buffer, and many goroutines",
	Symptom:  "Under load some messages are there twice, and others never, although all have arrived.",
	Messages: []string{
		"WARNING: DATA RACE",
		"dns: bad rdata",
		"duplicate message",
		"id mismatch",
		"duplicate packets",
	},
	Diagnose: [][2]string{
		{"the code", "a buffer that is made before the loop, and a go statement in it that hands on a part of it; go test -race says so only if somebody but the kernel writes to it"},
		{"tcpdump", "each of the messages has been on the wire once"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return handled(ctx, 1, buffer{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return handled(ctx, 5, buffer{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return handled(ctx, 5, buffer{}.fixed) },
}

type buffer struct{}

// broken has a goroutine handle each message.
func (buffer) broken(conn net.PacketConn, handle func([]byte)) error {
	buf := make([]byte, most)
	for {
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		go handle(buf[:n])
	}
}

// fixed has a goroutine handle each message.
func (buffer) fixed(conn net.PacketConn, handle func([]byte)) error {
	for {
		buf := make([]byte, most)
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			return err
		}
		go handle(buf[:n])
	}
}

// handled sends messages, each of which is handled when all have been read.
func handled(ctx context.Context, messages int, serve func(net.PacketConn, func([]byte)) error) (o pitfall.Outcome, err error) {
	seen := map[string]int{}
	err = sockets(ctx, func(client, server net.PacketConn) error {
		var mu sync.Mutex
		var handlers, serving sync.WaitGroup
		begun, goOn := make(chan struct{}, messages), make(chan struct{})
		handlers.Add(messages)
		serving.Go(func() {
			serve(server, func(message []byte) {
				defer handlers.Done()
				begun <- struct{}{}
				<-goOn
				mu.Lock()
				defer mu.Unlock()
				seen[string(message)]++
			})
		})
		for i := range messages {
			if _, err := client.WriteTo(fmt.Appendf(nil, "message %d", i+1), server.LocalAddr()); err != nil {
				break // it has been closed
			}
			select {
			case <-begun:
			case <-ctx.Done():
			}
		}
		server.Close()
		serving.Wait() // so nobody reads any more
		close(goOn)
		if ctx.Err() == nil {
			handlers.Wait()
		}
		return ctx.Err()
	})
	if err != nil {
		return o, err
	}
	o.Add("messages sent", messages)
	o.Add("messages handled, each counted once", len(seen))
	return o, o.Decide(len(seen) == 1 && messages > 1, len(seen) == messages)
}
