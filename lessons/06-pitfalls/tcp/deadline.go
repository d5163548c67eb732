package tcp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Deadline reads from clients that never say anything, without a deadline.
var Deadline = pitfall.Pitfall{
	Number:   12,
	Name:     "deadline",
	Subjects: []string{"SetReadDeadline", "goroutine leak"},
	Title:    "No deadline, and goroutines that never end",
	Symptom:  "Memory and descriptors grow for days. Each goroutine more waits for a client that has long gone, or never meant to speak.",
	Messages: []string{
		"i/o timeout",
		"goroutine profile: total",
		"IO wait, 1440 minutes",
		"accept4: too many open files",
	},
	Diagnose: [][2]string{
		{"curl localhost:6060/debug/pprof/goroutine?debug=2", "goroutines in IO wait for hours, all in the same read"},
		{"ss -tno state established", "connections with no timer but that of keep-alive, on which nothing has moved"},
	},
	Simulated: true,
	Laptop:    func(ctx context.Context) (pitfall.Outcome, error) { return tenClients(ctx, true, deadline{}.broken) },
	Broken:    func(ctx context.Context) (pitfall.Outcome, error) { return tenClients(ctx, false, deadline{}.broken) },
	Fixed:     func(ctx context.Context) (pitfall.Outcome, error) { return tenClients(ctx, false, deadline{}.fixed) },
}

type deadline struct{}

// broken reads a client's first line. A client may take so long for it.
func (deadline) broken(conn net.Conn, most time.Duration) (string, error) {
	return bufio.NewReader(conn).ReadString('\n')
}

// fixed reads a client's first line. A client may take so long for it.
func (deadline) fixed(conn net.Conn, most time.Duration) (string, error) {
	if err := conn.SetReadDeadline(time.Now().Add(most)); err != nil {
		return "", err
	}
	return bufio.NewReader(conn).ReadString('\n')
}

// tenClients connect, and speak or do not. Each has a goroutine that reads.
func tenClients(ctx context.Context, speak bool, read func(net.Conn, time.Duration) (string, error)) (o pitfall.Outcome, err error) {
	const clients, most = 10, 100 * time.Millisecond
	reads := make(chan error, clients)
	var conns [clients]net.Conn
	for i := range conns {
		client, server := net.Pipe()
		conns[i] = client
		go func() {
			_, err := read(server, most)
			reads <- err
		}()
		if speak {
			io.WriteString(client, twelve.Bytes)
		}
	}
	left, silent := clients, 0
	for enough := time.After(5 * most); left > 0 && enough != nil && ctx.Err() == nil; {
		select {
		case err := <-reads:
			if left--; errors.Is(err, os.ErrDeadlineExceeded) {
				silent++
			}
		case <-enough:
			enough = nil
		case <-ctx.Done():
		}
	}
	for _, conn := range conns {
		conn.Close()
	}
	for range left { // they end now
		<-reads
	}
	o.Add("clients", clients)
	o.Add("that have been given up", silent)
	o.Add("goroutines that wait still", left)
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	return o, o.Decide(left == clients, left == 0)
}
