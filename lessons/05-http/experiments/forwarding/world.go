// Package forwarding has experiments with what a proxy passes on, and to whom.
package forwarding

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"time"

	"onthewire/lessons/05-http/proxy/destination"
)

var loopback = destination.Allow{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}

// listen opens a door on this machine, which closes with the context.
func listen(ctx context.Context) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err == nil {
		context.AfterFunc(ctx, func() { l.Close() })
	}
	return l, err
}

// serving serves until the context ends.
func serving(ctx context.Context, handler http.Handler) (address string, err error) {
	l, err := listen(ctx)
	if err != nil {
		return "", err
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { server.Close() })
	go server.Serve(l)
	return l.Addr().String(), nil
}

// origin answers everybody with these bytes, and ends the connection.
func origin(ctx context.Context, answer string) (address string, err error) {
	l, err := listen(ctx)
	if err != nil {
		return "", err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.SetDeadline(time.Now().Add(5 * time.Second))
			http.ReadRequest(bufio.NewReader(conn))
			io.WriteString(conn, answer)
			conn.Close()
		}
	}()
	return l.Addr().String(), nil
}

// says sends these bytes, and returns the head of the answer.
func says(ctx context.Context, address, request string) (*http.Response, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	return http.ReadResponse(bufio.NewReader(conn), nil)
}
