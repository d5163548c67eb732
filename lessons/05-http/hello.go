package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/drain"
)

type helloCommand struct {
	Addr string `default:"127.0.0.1:3000" help:"HOST:PORT to listen on; port 0 takes a free one."`
}

func (c helloCommand) Run(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(listener.Addr())
	server := &h1.Server{
		Handler: hello,
		Report:  func(err error) { fmt.Fprintln(os.Stderr, err) },
	}
	err = server.Serve(ctx, listener)
	if cut, ok := errors.AsType[*drain.Cut](err); ok { // it has stopped, as it was told
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
