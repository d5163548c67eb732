package main

import (
	"context"
	"errors"
	"io"
	"net"
	"os"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
	"onthewire/lessons/internal/twelve"
)

type twelveCommand struct{}

// Run says the twelve bytes over a long link: in one write, and in two with the bit this
// way and that.
func (twelveCommand) Run(ctx context.Context) error {
	if err := lab.Enter(); err != nil {
		return err
	}
	out := stage.New(os.Stdout)
	for _, way := range []struct {
		name    string
		nodelay bool
		parts   []string
	}{
		{"one write", true, []string{"hello, wire\n"}},
		{"two writes, TCP_NODELAY 1", true, []string{"hello, ", "wire\n"}},
		{"two writes, TCP_NODELAY 0", false, []string{"hello, ", "wire\n"}},
	} {
		cost, err := twelve.Count(ctx, func(link *lab.Link) (io.Closer, error) {
			return exchange(ctx, link, way.nodelay, way.parts)
		})
		if err != nil {
			return err
		}
		out.Line("TCP, %-26s %v", way.name+":", cost)
	}
	return nil
}

// exchange connects, says the parts, and reads the answer.
func exchange(ctx context.Context, link *lab.Link, nodelay bool, parts []string) (_ io.Closer, err error) {
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	go echoLine(listener)
	conn, err := link.Client.DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	err = conn.(*net.TCPConn).SetNoDelay(nodelay)
	for _, part := range parts {
		if err == nil {
			_, err = io.WriteString(conn, part)
		}
	}
	if err == nil {
		_, err = io.ReadFull(conn, make([]byte, len(twelve.Bytes)))
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return conn, nil
}

// echoLine answers one client's line with itself, once the whole line is there.
func echoLine(listener net.Listener) {
	conn, err := listener.Accept()
	if err != nil {
		return
	}
	defer conn.Close()
	line := make([]byte, len(twelve.Bytes))
	if _, err := io.ReadFull(conn, line); err != nil {
		return
	}
	conn.Write(line)
	io.Copy(io.Discard, conn) // and closes when the client does
}
