package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/netip"

	"onthewire/lessons/05-http/proxy"
	"onthewire/lessons/internal/cli"
)

type proxyCommand struct {
	Addr  string   `default:"127.0.0.1:3128" help:"HOST:PORT to listen on; port 0 takes a free one."`
	Allow []string `default:"127.0.0.0/8,::1/128" placeholder:"NETWORK" help:"Whom it connects to: networks, as ${default}."`
}

// Validate says what is no network; kong calls it.
func (c proxyCommand) Validate() error {
	_, err := c.networks()
	return err
}

func (c proxyCommand) networks() (all []netip.Prefix, err error) {
	for _, text := range c.Allow {
		network, err := netip.ParsePrefix(text)
		if ip, single := netip.ParseAddr(text); single == nil {
			network, err = netip.PrefixFrom(ip, ip.BitLen()), nil
		}
		if err != nil || network.Addr().Is4In6() {
			return nil, fmt.Errorf("--allow %s: want an address or a network, such as 10.0.0.0/8", text)
		}
		all = append(all, network)
	}
	return all, nil
}

func (c proxyCommand) Run(ctx context.Context) error {
	networks, err := c.networks()
	if err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Addr)
	if err != nil {
		return cli.NotListening(err)
	}
	cli.Listening(listener.Addr())
	name := "onthewire-" + rand.Text()[:8] // two proxies of one name would take each other for a loop
	return proxy.New(name, networks).Serve(ctx, listener)
}
