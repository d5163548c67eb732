package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"onthewire/lessons/05-http/proxy"
	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/fast"
	"onthewire/lessons/internal/cli"
)

type proxyCommand struct {
	Addr        string   `default:"127.0.0.1:3128" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Allow       []string `placeholder:"HOST|CIDR" help:"Whom it connects to besides public addresses: an address, a network or the name of a host."`
	ConnectPort []uint16 `placeholder:"N" help:"A port to which a tunnel (CONNECT) may lead, besides 443."`
	Fast        bool     `help:"Forward plain requests by this lesson's own codec, and leave only the others to net/http."`
	Quiet       bool     `short:"q" help:"Log no requests and no tunnels."`
}

// Validate says what is no network; kong calls it.
func (c proxyCommand) Validate() error {
	if _, err := destination.Parse(c.Allow...); err != nil {
		return fmt.Errorf("--allow %w", err)
	}
	return nil
}

func (c proxyCommand) Run(ctx context.Context) error {
	allow, err := destination.Parse(c.Allow...)
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(listener.Addr())
	name := "onthewire-" + rand.Text()[:8] // two proxies of one name would take each other for a loop
	to := &destination.Policy{Allow: allow, Ports: c.ConnectPort, Timeout: 10 * time.Second}
	server := proxy.New(name, to)
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	if !c.Quiet {
		server.Watch = func(d proxy.Done) { logger.LogAttrs(ctx, slog.LevelInfo, target(d.Request), facts(d)...) }
	}
	serve := server.Serve
	if c.Fast {
		front := &fast.Front{Name: name, Dial: to.DialContext, Status: proxy.StatusOf, Rest: server.Serve}
		if !c.Quiet {
			front.Report = func(d fast.Done) { logger.LogAttrs(ctx, slog.LevelInfo, withoutQuery(d), fastFacts(d)...) }
		}
		serve = front.Serve
	}
	err = serve(ctx, listener)
	if cut, ok := errors.AsType[*proxy.Cut](err); ok {
		fmt.Fprintln(os.Stderr, cut)
		return nil
	}
	return err
}

// target leaves out the query, which may hold what is secret.
func target(r *http.Request) string {
	switch {
	case r.Method == http.MethodConnect:
		return r.Method + " " + r.RequestURI
	case r.URL.Host == "": // as to a server, which this is not
		return r.Method + " " + r.URL.Path
	}
	return r.Method + " " + r.URL.Scheme + "://" + r.URL.Host + r.URL.Path
}

func facts(d proxy.Done) []slog.Attr {
	all := []slog.Attr{
		slog.Int("status", d.Status), slog.Int64("up", d.Up), slog.Int64("down", d.Down),
		slog.Duration("took", d.Took.Round(time.Microsecond)), slog.String("client", d.Request.RemoteAddr),
	}
	if d.Err != nil {
		all = append(all, slog.String("error", d.Err.Error()))
	}
	return all
}

func fastFacts(d fast.Done) []slog.Attr {
	return facts(proxy.Done{Request: &http.Request{RemoteAddr: d.Client.String()}, Status: d.Status, Down: d.Bytes, Took: d.Took, Err: d.Err})
}

func withoutQuery(d fast.Done) string {
	if d.Method == "" {
		return "no request" // what came could not be read
	}
	path, _, _ := strings.Cut(d.Target, "?")
	return d.Method + " " + path
}
