package keepalive

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/internal/experiment"
)

// UnreadBody refuses a large body, and closes in two ways.
var UnreadBody = experiment.Experiment{
	Name:     "unread-body",
	Subjects: []string{"413 Content Too Large", "lingering close", "RST", "RFC 9112, section 9.6"},
	About:    "A body of 4 MB is refused while it comes, ten times each",
	Do:       unreadBody,
}

const (
	large   = 4 << 20
	clients = 10
)

func unreadBody(ctx context.Context, r *experiment.Report) error {
	var heard [2]int
	for i, way := range []struct {
		name  string
		serve func(context.Context, net.Listener) error
	}{
		{"the server closes at once", closeAtOnce},
		{"it finishes, and reads on", (&h1.Server{Handler: func(*h1.Response, *h1.Request) {}, Limits: h1.Limits{Body: 1 << 20}}).Serve},
	} {
		errs, own, err := refusals(ctx, way.serve)
		if err != nil {
			return err
		}
		for _, err := range errs {
			if err == nil {
				heard[i]++
			}
		}
		r.Add(way.name+": 413 is heard by", heard[i])
		r.Add("  of as many clients of net/http, by", own)
	}
	r.Shown = heard[0] < clients && heard[1] == clients
	r.Says = "A byte that comes to a closed socket is answered with RST. The refusal was on its way already, but the client's write fails first."
	return nil
}

// refusals lets clients of two kinds send what will be refused.
func refusals(ctx context.Context, serve func(context.Context, net.Listener) error) (plain []error, own int, err error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, 0, err
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- serve(ctx, listener) }()
	defer func() {
		stop()
		<-ended // whoever was cut off had heard what it wanted
	}()
	address := listener.Addr().String()
	for range clients {
		plain = append(plain, sendAll(ctx, address))
		if ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
	}
	transport := &http.Transport{DisableKeepAlives: true}
	defer transport.CloseIdleConnections()
	for range clients {
		request, err := http.NewRequestWithContext(ctx, "POST", "http://"+address, bytes.NewReader(make([]byte, large)))
		if err != nil {
			return nil, 0, err
		}
		if response, err := transport.RoundTrip(request); err == nil {
			own++
			response.Body.Close()
		}
	}
	return plain, own, ctx.Err()
}

// sendAll is a client that reads once it has sent everything.
func sendAll(ctx context.Context, address string) error {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n", large)
	if _, err := conn.Write(make([]byte, large)); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err == nil && !strings.HasPrefix(answer, "HTTP/1.1 413 ") {
		err = fmt.Errorf("the answer is %q", answer)
	}
	return err
}

// closeAtOnce refuses and closes, as a server does that thinks of nothing.
func closeAtOnce(ctx context.Context, l net.Listener) error {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		bufio.NewReader(conn).ReadString('\n')
		io.WriteString(conn, "HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
		conn.Close()
	}
}
