package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"time"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/05-http/loop"
	"onthewire/lessons/05-http/standard"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/drain"
)

type helloCommand struct {
	Addr   string `default:"127.0.0.1:3000" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Engine string `enum:"goroutines,loop,net/http" default:"goroutines" help:"A goroutine for each client, one loop for all, or Go's own server to compare with: ${enum}."`
}

func (c helloCommand) Run(ctx context.Context) error {
	if c.Engine == "loop" {
		return c.loop(ctx)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(listener.Addr())
	if c.Engine == "net/http" {
		return netHTTP(ctx, listener)
	}
	server := &h1.Server{
		Handler:  hello,
		Timeouts: h1.Timeouts{Head: time.Minute}, // somebody types it by hand
		Report:   func(err error) { fmt.Fprintln(os.Stderr, err) },
	}
	return stopped(server.Serve(ctx, listener))
}

// loop says the same to everybody without a goroutine for each, and reports nobody.
func (c helloCommand) loop(ctx context.Context) error {
	at, err := net.ResolveTCPAddr("tcp", c.Addr)
	if err != nil {
		return cli.NotListening(fmt.Errorf("listen %s: %w", c.Addr, err))
	}
	ip := at.AddrPort().Addr()
	if !ip.IsValid() {
		ip = netip.IPv6Unspecified() // ":3000", which is everywhere
	}
	server, err := loop.Listen(netip.AddrPortFrom(ip.Unmap(), at.AddrPort().Port()))
	if err != nil {
		return cli.NotListening(err)
	}
	server.Body = []byte("Hello, World!")
	cli.Listening(server.Addr())
	return stopped(server.Serve(ctx))
}

// netHTTP is the same by Go's own server.
func netHTTP(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			io.WriteString(w, "Hello, World!")
		}),
		ReadHeaderTimeout: time.Minute,
		IdleTimeout:       time.Minute,
	}
	return standard.Serve(ctx, server, listener)
}

func stopped(err error) error {
	if cut, ok := errors.AsType[*drain.Cut](err); ok { // as it was told
		fmt.Fprintln(os.Stderr, cut)
		return nil
	}
	return err
}

// hello answers any method and any path, once it has read the whole request.
func hello(w *h1.Response, r *h1.Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return // the server says what was wrong
	}
	w.Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "Hello, World!")
}
