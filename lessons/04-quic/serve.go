package main

import (
	"context"
	"fmt"
	"net"
	"os"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

type serveCommand struct {
	Addr string `default:"127.0.0.1:5000" help:"HOST:PORT to listen on; port 0 takes a free one."`
}

func (c serveCommand) Run(ctx context.Context) error {
	authority, err := devcert.Load()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	socket, err := new(net.ListenConfig).ListenPacket(ctx, "udp", c.Addr)
	if err != nil {
		return cli.NotListening(err)
	}
	defer socket.Close()
	transport := &quic.Transport{Conn: socket}
	defer transport.Close()
	listener, err := transport.Listen(echo.ServerTLS(certificate), echo.Config())
	if err != nil {
		return err
	}
	cli.Listening(socket.LocalAddr())
	fmt.Printf("trust: --cacert %s\n", authority.Path())
	return echo.Serve(ctx, told{listener})
}

// told tells of each client, when it comes and how it ends.
type told struct{ echo.Listener }

func (t told) Accept(ctx context.Context) (*quic.Conn, error) {
	conn, err := t.Listener.Accept(ctx)
	if err == nil {
		fmt.Fprintf(os.Stderr, "client %v\n", conn.RemoteAddr())
		context.AfterFunc(conn.Context(), func() {
			fmt.Fprintf(os.Stderr, "client %v is gone: %v\n", conn.RemoteAddr(), context.Cause(conn.Context()))
		})
	}
	return conn, err
}
