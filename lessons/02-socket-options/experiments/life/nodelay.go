package life

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
)

// rounds of each setting; the first of a connection is not counted.
const rounds = 5

// Nodelay says one line in two small writes and waits for the answer.
func Nodelay(ctx context.Context) (experiments.Report, error) {
	var r experiments.Report
	held, err := exchange(ctx, false, "hello, ", "wire\n")
	if err != nil {
		return r, err
	}
	free, err := exchange(ctx, true, "hello, ", "wire\n")
	if err != nil {
		return r, err
	}
	whole, err := exchange(ctx, false, "hello, wire\n")
	if err != nil {
		return r, err
	}
	r.Add("two writes, TCP_NODELAY 0", held)
	r.Add("two writes, TCP_NODELAY 1", free)
	r.Add("one write,  TCP_NODELAY 0", whole)
	r.Shown = held > 10*free && held > 10*whole
	r.Says = "The second write waits for an acknowledgement, and whoever owes it waits for something to say. The bit ends that, and so does one write."
	return r, nil
}

// exchange connects to somebody who answers each line with itself, and says the line in
// these parts, a write each. It returns the median time to the answer.
func exchange(ctx context.Context, nodelay bool, parts ...string) (time.Duration, error) {
	client, server, err := connection(ctx)
	if err != nil {
		return 0, err
	}
	defer server.Close()
	defer client.Close()
	defer context.AfterFunc(ctx, func() { client.Close() })()
	go answer(server)
	if err := client.SetNoDelay(nodelay); err != nil {
		return 0, err
	}
	answers := bufio.NewReader(client)
	var took []time.Duration
	for range rounds + 1 {
		begun := time.Now()
		for _, part := range parts {
			if _, err := io.WriteString(client, part); err != nil {
				return 0, err
			}
		}
		if _, err := answers.ReadString('\n'); err != nil {
			return 0, fmt.Errorf("wait for the answer: %w", err)
		}
		took = append(took, time.Since(begun))
	}
	took = took[1:]
	slices.Sort(took)
	return took[rounds/2], nil
}

func answer(conn net.Conn) {
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		fmt.Fprintln(conn, lines.Text())
	}
}

// connection is one over loopback, both ends of it.
func connection(ctx context.Context) (client, server *net.TCPConn, err error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	defer listener.Close()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return nil, nil, err
	}
	peer, err := listener.Accept()
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn.(*net.TCPConn), peer.(*net.TCPConn), nil
}
