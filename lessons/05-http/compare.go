package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/05-http/loop"
	"onthewire/lessons/05-http/peers"
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

// origin serves until ctx ends. Where there is no poller, it has a goroutine for each client.
func (c compareCommand) origin(ctx context.Context) (address string, err error) {
	const text = "Hello, World!"
	if server, err := loop.Listen(netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 0)); err == nil {
		server.Body = []byte(text)
		go server.Serve(ctx)
		return server.Addr().String(), nil
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	go (&h1.Server{Handler: func(w *h1.Response, _ *h1.Request) { io.WriteString(w, text) }}).Serve(ctx, l)
	return l.Addr().String(), nil
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
	ours("flushed", "relay", "--to", origin, "--flush=-1ns")
	ours("proxy", "proxy", "--quiet", "--allow", "127.0.0.1")
	ours("proxy --fast", "proxy", "--quiet", "--fast", "--allow", "127.0.0.1")
	gateway := func(name string, words ...string) { // it says first where it listens for TLS
		command := []string{program, "gateway", "--quiet", "--to", "http://" + origin, "--addr", "127.0.0.1:0", "--clear-addr", "127.0.0.1:{port}"}
		all = append(all, measure.Server{Name: name, Command: append(command, words...)})
	}
	gateway("gateway")
	gateway("gateway of 2", "--keep", "2")
	ours(direct, "hello", "--engine", "loop")
	for _, other := range []struct {
		name  string
		serve func(program, folder, origin string) measure.Server
	}{{"nginx", peers.NginxProxy}, {"haproxy", peers.HAProxy}} {
		if program, err := exec.LookPath(other.name); err == nil {
			all = append(all, other.serve(program, folder, origin))
		} else {
			notes = append(notes, fmt.Sprintf("%s is not installed, so it is not measured.", other.name))
		}
	}
	return all, notes, nil
}
