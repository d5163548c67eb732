package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/early"
	"onthewire/lessons/04-quic/files/client"
	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/gro"
	"onthewire/lessons/internal/cli"
)

type filesCommand struct {
	Serve filesServeCommand `cmd:"" help:"Serve the files of a folder."`
	Ls    filesLsCommand    `cmd:"" help:"List the files of a server."`
	Get   filesGetCommand   `cmd:"" help:"Fetch files and folders. What has come of them before is not fetched again."`
	Put   filesPutCommand   `cmd:"" help:"Send files and folders. What the server has of them is not sent again."`
}

// filesSocket is what both sides do with their UDP socket.
type filesSocket struct {
	GRO bool `default:"true" negatable:"" help:"Let the kernel hand over many datagrams at once, where it is Linux."`
}

func (f filesSocket) transport(ctx context.Context, address string) (*quic.Transport, func(), error) {
	socket, err := new(net.ListenConfig).ListenPacket(ctx, "udp", address)
	if err != nil {
		return nil, nil, cli.NotListening(err)
	}
	conn := socket
	if f.GRO && runtime.GOOS == "linux" {
		if conn, err = gro.Wrap(socket.(*net.UDPConn)); err != nil {
			socket.Close()
			return nil, nil, cli.Advise(err, "try --no-gro")
		}
	}
	transport := &quic.Transport{Conn: conn}
	return transport, func() { transport.Close(); socket.Close() }, nil
}

// filesClient is what every client needs to know.
type filesClient struct {
	filesSocket
	Addr   string        `default:"127.0.0.1:5001" help:"HOST:PORT of the server."`
	Name   string        `default:"localhost" help:"The name that the server's certificate has to be for."`
	CACert string        `name:"cacert" placeholder:"PATH" help:"Whom to trust, as serve prints it. By default the authority in this user's cache folder."`
	Retry  time.Duration `default:"30s" help:"How long to try again without a byte that moves."`

	tickets *early.Tickets
}

// connect makes a client. Its first connection is made when it is asked for something.
func (f *filesClient) connect(ctx context.Context) (c *client.Client, done func(), err error) {
	roots, err := (sayCommand{CACert: f.CACert}).roots()
	if err != nil {
		return nil, nil, err
	}
	to, err := net.ResolveUDPAddr("udp", f.Addr)
	if err != nil {
		return nil, nil, cli.Advise(err, "an address is HOST:PORT, as in --addr 127.0.0.1:5001")
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, nil, err
	}
	if f.tickets, err = early.OpenTickets(filepath.Join(cache, "onthewire", "tickets"), f.Addr); err != nil {
		return nil, nil, err
	}
	transport, release, err := f.transport(ctx, "")
	if err != nil {
		return nil, nil, err
	}
	tls := server.ClientTLS(roots, f.Name)
	tls.ClientSessionCache = f.tickets
	c = &client.Client{
		Retry: f.Retry,
		Dial: func(ctx context.Context) (*quic.Conn, error) {
			conn, err := transport.DialEarly(ctx, to, tls, &quic.Config{HandshakeIdleTimeout: 2 * time.Second, MaxIdleTimeout: 5 * time.Second, KeepAlivePeriod: time.Second})
			if err != nil {
				return nil, fmt.Errorf("connect to %s: %w", f.Addr, cmp.Or(ctx.Err(), err))
			}
			return conn, nil
		},
		Say: func(format string, args ...any) {
			cli.ProgressDone()
			fmt.Fprintf(os.Stderr, format+"\n", args...)
		},
	}
	return c, func() { c.Close(); release() }, nil
}

// advise adds to an error what a person would try next.
func (f *filesClient) advise(err error, again string) error {
	if _, ok := errors.AsType[*quic.IdleTimeoutError](err); ok {
		return cli.Advise(err, "nobody answers there any more; when somebody does, go on with "+again)
	}
	if _, ok := errors.AsType[*quic.HandshakeTimeoutError](err); ok {
		return cli.Advise(err, "nobody answers there; start bin/lesson4 files serve first")
	}
	return err
}

type filesServeCommand struct {
	filesSocket
	Root     string        `default:"." help:"The folder to serve. Nothing outside of it can be reached."`
	Addr     string        `default:"127.0.0.1:5001" help:"HOST:PORT to listen on; port 0 takes a free one."`
	ReadOnly bool          `help:"Take no files."`
	Limit    int64         `help:"Bytes that a file sent to us may have; 0: no limit."`
	Sync     bool          `default:"true" negatable:"" help:"Have a file on the disk before it gets its name. Only who measures would not."`
	Idle     time.Duration `default:"30s" help:"How long a file may be without a byte that moves."`
	Drain    time.Duration `default:"4s" help:"How long stopping may take; a file that is not through by then goes on another time."`
}
