package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"time"

	"onthewire/lessons/05-http/proxy"
	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/internal/cli"
)

type proxyCommand struct {
	Addr        string   `default:"127.0.0.1:3128" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Allow       []string `placeholder:"HOST|CIDR" help:"Whom it connects to besides public addresses: an address, a network or the name of a host."`
	ConnectPort []uint16 `placeholder:"N" help:"A port to which a tunnel may lead, besides 443."`
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
	return proxy.New(name, to).Serve(ctx, listener)
}
