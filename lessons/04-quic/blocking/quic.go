package blocking

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
)

// overQUIC is one connection, with a stream for each download.
type overQUIC struct {
	sockets        [2]net.PacketConn
	server, client *quic.Transport
	serving        sync.WaitGroup
	conn           *quic.Conn
}

func (q *overQUIC) fetch(ctx context.Context, downloads []io.WriteCloser, size int) error {
	return together(len(downloads), func(number int) error {
		stream, err := q.conn.OpenStreamSync(ctx)
		if err != nil {
			return fmt.Errorf("open a stream: %w", err)
		}
		defer context.AfterFunc(ctx, func() { stream.SetDeadline(time.Now()) })()
		if _, err := stream.Write(binary.BigEndian.AppendUint32(nil, uint32(size))); err != nil {
			return fmt.Errorf("ask for a download: %w", err)
		}
		stream.Close()
		if _, err := io.Copy(downloads[number], stream); err != nil {
			return fmt.Errorf("receive from a stream: %w", err)
		}
		return downloads[number].Close()
	})
}

// serve gives each stream as many bytes as it asks for.
func (q *overQUIC) serve(listener *quic.Listener) {
	conn, err := listener.Accept(context.Background())
	if err != nil {
		return // Close
	}
	for {
		stream, err := conn.AcceptStream(context.Background())
		if err != nil {
			return // the client has gone
		}
		q.serving.Go(func() {
			var size uint32
			if binary.Read(stream, binary.BigEndian, &size) == nil {
				stream.Write(make([]byte, min(size, WarmUp)))
			}
			stream.CancelRead(0)
			stream.Close()
		})
	}
}

func openQUIC(ctx context.Context, n *network.Network) (_ connection, err error) {
	keys, err := newKeys()
	if err != nil {
		return nil, err
	}
	q := &overQUIC{}
	defer func() {
		if err != nil {
			q.Close()
		}
	}()
	if q.sockets[0], err = n.Server(); err != nil {
		return nil, err
	}
	q.server = &quic.Transport{Conn: q.sockets[0]}
	if q.sockets[1], err = n.Client(); err != nil {
		return nil, err
	}
	q.client = &quic.Transport{Conn: q.sockets[1]}
	listener, err := q.server.Listen(keys.server("downloads"), packets())
	if err != nil {
		return nil, err
	}
	q.serving.Go(func() { q.serve(listener) })
	q.conn, err = q.client.Dial(ctx, q.sockets[0].LocalAddr(), keys.client("downloads"), packets())
	return q, err
}

func (q *overQUIC) Close() error {
	if q.conn != nil {
		q.conn.CloseWithError(0, "")
	}
	for _, transport := range []*quic.Transport{q.server, q.client} {
		if transport != nil {
			transport.Close()
		}
	}
	for _, socket := range q.sockets {
		if socket != nil {
			socket.Close()
		}
	}
	q.serving.Wait()
	return nil
}

// packets has room for one piece in each packet, so the packet that is lost is one download's.
// Longer packets are not looked for: a probe would count as a piece.
func packets() *quic.Config {
	return &quic.Config{InitialPacketSize: Piece + 35, DisablePathMTUDiscovery: true}
}
