// Package tcp has the pitfalls of whoever uses a connection by way of package net.
package tcp

import (
	"context"
	"net"
	"strconv"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/network"
)

// A meeting connects a client and a server for as long as play runs, or until ctx ends.
type meeting func(ctx context.Context, play func(client, server net.Conn) error) error

// loopback is your laptop.
func loopback(ctx context.Context, play func(client, server net.Conn) error) error {
	pair, err := experiment.Loopback(ctx)
	if err != nil {
		return err
	}
	defer pair.Close()
	return play(pair.Client, pair.Server)
}

// farAway is a link on which a question has its answer after 50 ms. Where the system allows no
// lab, it is one in memory.
func farAway(ctx context.Context, play func(client, server net.Conn) error) error {
	n, err := network.Open(25 * time.Millisecond)
	if err != nil {
		return err
	}
	defer n.Close()
	const port = 80
	listener, err := n.Listen(port)
	if err != nil {
		return err
	}
	defer listener.Close()
	client, err := n.DialContext(ctx, "tcp4", net.JoinHostPort(network.Server, strconv.Itoa(port)))
	if err != nil {
		return err
	}
	defer client.Close()
	server, err := listener.Accept()
	if err != nil {
		return err
	}
	defer server.Close()
	defer context.AfterFunc(ctx, func() { client.Close(); server.Close() })()
	return play(client, server)
}
