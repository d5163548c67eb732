package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/drain"
	"onthewire/lessons/internal/lab"
)

// serve gives the other host something to talk to. When that breaks, fail is told why. The
// rest of the time it goes on until end is called, which returns once everybody is gone.
func serve(ctx context.Context, host *lab.Host, fail func(error)) (end func() error, err error) {
	seven, err := host.Listen("tcp", ":7") // IPv4 and IPv6
	if err != nil {
		return nil, err
	}
	web, err := host.Listen("tcp", ":80")
	if err != nil {
		seven.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 2)
	for _, run := range []func() error{
		func() error { return serveEcho(ctx, seven, drainTime) },
		func() error { return servePages(ctx, web, drainTime) },
	} {
		go func() {
			err := run()
			if cut, ok := errors.AsType[*drain.Cut](err); ok {
				fmt.Fprintf(os.Stderr, "lab: %v\n", cut) // it is the command's result that counts
				err = nil
			}
			if err != nil {
				fail(err)
			}
			ended <- err
		}()
	}
	return func() error {
		cancel()
		return cmp.Or(<-ended, <-ended)
	}, nil
}

// drainTime is how long an answer may take when the lab is to end.
const drainTime = 5 * time.Second

// servePages serves until ctx is done, and then finishes what it has begun to answer.
func servePages(ctx context.Context, listener net.Listener, within time.Duration) error {
	server := &http.Server{Handler: http.HandlerFunc(page)}
	drained := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(drained)
		drain, cancel := context.WithTimeout(context.Background(), within)
		defer cancel()
		if server.Shutdown(drain) != nil {
			server.Close()
		}
	})
	err := server.Serve(listener) // it returns when Shutdown begins
	if stop() {                   // the listener is broken: nobody is waited for
		server.Close()
		return err
	}
	<-drained
	return nil
}

// page is as long as its name says.
func page(w http.ResponseWriter, r *http.Request) {
	size, err := strconv.ParseInt(strings.Trim(r.URL.Path, "/"), 10, 64)
	if err != nil || size < 0 {
		io.WriteString(w, "hello, wire\n")
		return
	}
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	io.CopyN(w, twelve{}, size)
}

// twelve is an endless repetition of the twelve bytes.
type twelve struct{}

func (twelve) Read(p []byte) (int, error) {
	n := 0
	for len(p)-n >= 12 {
		n += copy(p[n:], "hello, wire\n")
	}
	if n == 0 {
		n = copy(p, "hello, wire\n")
	}
	return n, nil
}

// capture begins to write the packets to a file. Programs leave their TLS keys in another
// one, and end puts both together.
func capture(link *lab.Link, path string) (keys string, end func() error, err error) {
	file, err := os.Create(path)
	if err != nil {
		return "", nil, cli.NotWritten(err)
	}
	dir, err := os.MkdirTemp("", "lab-keys-")
	if err != nil {
		return "", nil, errors.Join(err, file.Close())
	}
	keys = filepath.Join(dir, "keys.log")
	collected := link.Capture(file)
	return keys, func() error {
		defer os.RemoveAll(dir)
		if log, err := os.ReadFile(keys); err == nil {
			collected.KeyLog().Write(log)
		}
		fmt.Fprintf(os.Stderr, "lab: the packets are in %s\n", path)
		return errors.Join(collected.Close(), file.Close())
	}, nil
}
