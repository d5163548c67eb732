package forwarding

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"onthewire/lessons/05-http/proxy/tunnel"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// SilentHalf has a client finish, and an origin neither speak nor finish.
var SilentHalf = experiment.Experiment{
	Name:      "silent-half",
	Subjects:  []string{"CONNECT", "half-close", "CloseWrite", "idle timeout"},
	About:     "The client of a tunnel has finished, and the origin never says anything more",
	Simulated: true,
	Do:        silentHalf,
}

const (
	halfOpen = 300 * time.Millisecond
	watched  = time.Second
)

func silentHalf(ctx context.Context, r *experiment.Report) error {
	var ended []bool
	for _, way := range []struct {
		name string
		join func(w http.ResponseWriter, origin net.Conn)
	}{
		{"two io.Copy", copies},
		{fmt.Sprintf("with a limit of %v", halfOpen), func(w http.ResponseWriter, origin net.Conn) {
			tunnel.New(time.Hour, halfOpen).Join(w, tunnel.Connected, origin, origin, func(tunnel.Passed) {})
		}},
	} {
		took, err := finishes(ctx, way.join)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			r.Add(way.name, fmt.Sprintf("both are open after %v", watched))
		case err != nil:
			return err
		default:
			r.Add(way.name, fmt.Sprintf("both are closed after %v", took.Round(100*time.Millisecond)))
		}
		ended = append(ended, err == nil)
	}
	r.Shown = !ended[0] && ended[1]
	r.Says = "Who has heard the end of one side may wait for ever for that of the other, with two descriptors for each tunnel."
	return nil
}

// copies is what one would write first. It returns when both directions have ended.
func copies(w http.ResponseWriter, origin net.Conn) {
	defer origin.Close()
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer client.Close()
	io.WriteString(client, tunnel.Connected)
	var both sync.WaitGroup
	pass := func(to net.Conn, from io.Reader) {
		io.Copy(to, from)
		to.(interface{ CloseWrite() error }).CloseWrite()
	}
	both.Go(func() { pass(origin, buffered) })
	both.Go(func() { pass(client, origin) })
	both.Wait()
}

// finishes opens a tunnel, ends the client's direction, and waits for the other one to end.
func finishes(ctx context.Context, join func(http.ResponseWriter, net.Conn)) (took time.Duration, err error) {
	n := network.Simulate(5 * time.Millisecond)
	defer n.Close()
	proxy, err := n.Listen(3128)
	if err != nil {
		return 0, err
	}
	room, err := n.Listen(9000)
	if err != nil {
		return 0, err
	}
	defer room.Close()
	server := &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin, err := n.DialContext(r.Context(), "tcp", network.Server+":9000")
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		join(w, origin)
	})}
	defer server.Close()
	go server.Serve(proxy)
	client, err := n.DialContext(ctx, "tcp", network.Server+":3128")
	if err != nil {
		return 0, err
	}
	defer client.Close()
	defer context.AfterFunc(ctx, func() { client.Close() })()
	client.SetDeadline(time.Now().Add(5 * time.Second))
	io.WriteString(client, "CONNECT room:9000 HTTP/1.1\r\nHost: room:9000\r\n\r\n")
	in := bufio.NewReader(client)
	if _, err := http.ReadResponse(in, &http.Request{Method: http.MethodConnect}); err != nil {
		return 0, fmt.Errorf("the answer to CONNECT: %w", err)
	}
	silent, err := room.Accept()
	if err != nil {
		return 0, err
	}
	defer silent.Close()
	begun := time.Now()
	client.(interface{ CloseWrite() error }).CloseWrite()
	client.SetDeadline(begun.Add(watched))
	if _, err = in.ReadByte(); err == io.EOF {
		err = nil
	}
	return time.Since(begun), err
}
