package main

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"runtime/pprof"
	"time"

	"onthewire/lessons/05-http/standard"
	"onthewire/lessons/internal/cli"
)

type relayCommand struct {
	Addr string `default:"127.0.0.1:3129" help:"HOST:PORT to listen on; port 0 takes a free one."`
	To   string `default:"127.0.0.1:3000" help:"HOST:PORT of the server."`
	Keep int    `default:"250" help:"How many connections without a request are kept (MaxIdleConnsPerHost); the library's default is 2."`

	Flush   time.Duration `default:"0s" help:"How long a piece of an answer may wait for the next (FlushInterval); 0 until a buffer is full, -1ns not at all."`
	Profile string        `placeholder:"FILE" help:"Write there where the time of the CPU went, for go tool pprof."`
}

// Run serves with nothing but the library, for the others to be compared with.
func (c relayCommand) Run(ctx context.Context) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(listener.Addr())
	stop, err := c.profile()
	if err != nil {
		return err
	}
	defer stop()
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = 0, c.Keep
	transport.Proxy = nil
	server := &http.Server{Handler: &httputil.ReverseProxy{
		Transport:     transport,
		Rewrite:       func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: c.To}) },
		FlushInterval: c.Flush,
	}}
	return standard.Serve(ctx, server, listener)
}

// profile begins to write where the time goes, if somebody wants to know.
func (c relayCommand) profile() (stop func(), err error) {
	if c.Profile == "" {
		return func() {}, nil
	}
	file, err := os.Create(c.Profile)
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		file.Close()
		return nil, err
	}
	return func() {
		pprof.StopCPUProfile()
		file.Close()
	}, nil
}
