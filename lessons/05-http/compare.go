package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/05-http/loop"
	"onthewire/lessons/internal/measure"
)

type compareCommand struct {
	turns `embed:""`
}

// Run has all proxies ask one server, which is in this process, with the clients.
func (c compareCommand) Run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "compare")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	origin, err := c.origin(ctx)
	if err != nil {
		return err
	}
	servers, notes, err := c.proxies(folder, origin)
	if err != nil {
		return err
	}
	return c.run(ctx, contest{
		key: "proxy", title: "GET through a proxy", servers: servers, notes: notes,
		target: func(server string) string {
			if server == direct {
				return "/"
			}
			return "http://" + origin + "/"
		},
	})
}

// origin serves until ctx ends.
func (c compareCommand) origin(ctx context.Context) (address string, err error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	at := l.Addr().(*net.TCPAddr).AddrPort()
	l.Close()
	if server, err := loop.Listen(at); err == nil {
		server.Body = []byte("Hello, World!")
		go server.Serve(ctx)
		return at.String(), nil
	}
	if l, err = new(net.ListenConfig).Listen(ctx, "tcp4", at.String()); err != nil {
		return "", err
	}
	go (&h1.Server{Handler: hello}).Serve(ctx, l)
	return at.String(), nil
}

const direct = "no proxy"

// proxies are those that run here. The first is what the others are compared with.
func (c compareCommand) proxies(folder, origin string) (all []measure.Server, notes []string, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	ours := func(name string, words ...string) {
		all = append(all, measure.Server{Name: name, Command: append([]string{program}, append(words, "--addr", "127.0.0.1:0")...)})
	}
	ours("tuned", "relay", "--to", origin)
	ours("default", "relay", "--to", origin, "--keep", "2")
	ours("proxy", "proxy", "--quiet", "--allow", "127.0.0.1")
	ours("proxy --fast", "proxy", "--quiet", "--fast", "--allow", "127.0.0.1")
	ours(direct, "hello", "--engine", "loop")
	for _, other := range []struct {
		name  string
		serve func(program, folder, origin string) measure.Server
	}{{"nginx", nginxProxy}, {"haproxy", haproxy}} {
		if program, err := exec.LookPath(other.name); err == nil {
			all = append(all, other.serve(program, folder, origin))
		} else {
			notes = append(notes, fmt.Sprintf("%s is not installed, so it is not measured.", other.name))
		}
	}
	return all, notes, nil
}

func nginxProxy(nginx, folder, origin string) measure.Server {
	return nginxServer(nginx, folder,
		fmt.Sprintf("upstream origin { server %s; keepalive 250; keepalive_requests 1000000000; }", origin),
		`location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }`)
}

func haproxy(program, folder, origin string) measure.Server {
	conf := filepath.Join(folder, "haproxy.cfg")
	text := strings.ReplaceAll(haproxyConf, "ORIGIN", origin)
	script := fmt.Sprintf("printf '%%s' '%s' > %s; exec %s -f %s", text, conf, program, conf)
	return measure.Server{Name: "haproxy", Command: []string{"sh", "-c", script}}
}

const haproxyConf = `global
	nbthread 1
defaults
	mode http
	timeout connect 10s
	timeout client 1m
	timeout server 1m
frontend in
	bind 127.0.0.1:{port}
	default_backend origin
backend origin
	http-reuse always
	server origin ORIGIN
`
