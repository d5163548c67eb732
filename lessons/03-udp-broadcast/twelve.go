package main

import (
	"context"
	"io"
	"net"
	"os"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
	"onthewire/lessons/internal/twelve"
)

type twelveCommand struct{}

// Run sends the twelve bytes over a long link to somebody who sends them back.
func (twelveCommand) Run(ctx context.Context) error {
	if err := lab.Enter(); err != nil {
		return err
	}
	cost, err := twelve.Count(ctx, func(link *lab.Link) (io.Closer, error) { return exchange(ctx, link) })
	if err != nil {
		return err
	}
	stage.New(os.Stdout).Line("UDP: %v", cost)
	return nil
}

// exchange sends the bytes and reads the answer. No clock watches over it but ctx: the link
// loses nothing.
func exchange(ctx context.Context, link *lab.Link) (io.Closer, error) {
	server, err := link.Server.ListenPacket("udp4", "server:0")
	if err != nil {
		return nil, err
	}
	go echo(server)
	client, err := link.Client.DialContext(ctx, "udp4", server.LocalAddr().String())
	if err != nil {
		server.Close()
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { client.Close() })()
	if _, err = io.WriteString(client, twelve.Bytes); err == nil {
		_, err = client.Read(make([]byte, 100))
	}
	return both{client, server}, err
}

// echo sends each datagram back to where it came from.
func echo(conn net.PacketConn) {
	b := make([]byte, 100)
	for {
		n, from, err := conn.ReadFrom(b)
		if err != nil {
			return
		}
		conn.WriteTo(b[:n], from)
	}
}

type both struct{ client, server io.Closer }

func (b both) Close() error {
	b.server.Close()
	return b.client.Close()
}
