package main

import (
	"context"
	"fmt"
	"net"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type twelveCommand struct{}

const oneWay = 25 * time.Millisecond // of the link, and nearly all of what is measured

// Run sends the twelve bytes over a long link to somebody who sends them back.
func (twelveCommand) Run(ctx context.Context) error {
	if err := lab.Enter(); err != nil {
		return err
	}
	link, err := lab.Open(lab.Way{Delay: oneWay}, lab.Way{Delay: oneWay})
	if err != nil {
		return err
	}
	defer link.Close()
	server, err := link.Server.ListenPacket("udp4", "server:0")
	if err != nil {
		return err
	}
	defer server.Close()
	go echo(server)
	client, err := link.Client.DialContext(ctx, "udp4", server.LocalAddr().String())
	if err != nil {
		return err
	}
	defer client.Close()
	defer context.AfterFunc(ctx, func() { client.Close() })()

	begun := time.Now()
	client.SetDeadline(begun.Add(5 * time.Second))
	if _, err := client.Write([]byte("hello, wire\n")); err != nil {
		return err
	}
	if _, err := client.Read(make([]byte, 100)); err != nil {
		return err
	}
	took := time.Since(begun)
	there, back := link.ToServer.Counts(), link.ToClient.Counts()
	fmt.Printf("UDP: %d packets, %d bytes on the wire, %s, %.0f round trip before the answer\n",
		there.Packets+back.Packets, there.Bytes+back.Bytes, stage.Time(took), float64(took)/float64(2*oneWay))
	return nil
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
