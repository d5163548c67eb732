package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/echo"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
)

type serveCommand struct {
	Addr       string `default:"127.0.0.1:5000" help:"HOST:PORT to listen on; port 0 takes a free one."`
	TicketKeys string `placeholder:"FILE" help:"The keys of session tickets; servers that share them know each other's clients. By default ticket-keys in this user's cache folder."`
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
	keys, err := c.ticketKeys()
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
	tls, config := echo.ServerTLS(certificate), echo.Config()
	tls.SetSessionTicketKeys(keys)
	config.Allow0RTT = true // to send something back twice does no harm
	listener, err := transport.ListenEarly(tls, config)
	if err != nil {
		return err
	}
	cli.Listening(socket.LocalAddr())
	fmt.Printf("trust: --cacert %s\n", authority.Path())
	return echo.Serve(ctx, told{listener})
}

// ticketKeys are those of the last server, too, so that its tickets are still good.
func (c serveCommand) ticketKeys() ([][32]byte, error) {
	path := c.TicketKeys
	if path == "" {
		cache, err := os.UserCacheDir()
		if err != nil {
			return nil, cli.Advise(fmt.Errorf("keep ticket keys: %w", err), "name a file with --ticket-keys")
		}
		path = filepath.Join(cache, "onthewire", "ticket-keys")
	}
	keys, err := early.TicketKeys(path)
	if err != nil {
		return nil, cli.Advise(err, "remove it, or name another with --ticket-keys")
	}
	return keys, nil
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
