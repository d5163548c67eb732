package main

import (
	"context"
	"net"
	"runtime"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/gro"
	"onthewire/lessons/internal/cli"
)

type filesCommand struct {
	Serve filesServeCommand `cmd:"" help:"Serve the files of a folder."`
	Ls    filesLsCommand    `cmd:"" help:"List the files of a server."`
	Get   filesGetCommand   `cmd:"" help:"Fetch files and folders. What came of them before is not fetched again."`
	Put   filesPutCommand   `cmd:"" help:"Send files and folders. What the server has of them is not sent again."`
	Bench filesBenchCommand `cmd:"" help:"Compare get with what lies below it: QUIC, TLS, TCP; and with rsync."`
}

// filesSocket is the UDP socket of either side.
type filesSocket struct {
	GRO bool `default:"true" negatable:"" help:"On Linux, let the kernel hand over many datagrams at once."`
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
