package late

import (
	"context"
	"fmt"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/pair"
)

// A kind is a way to send frames.
type kind struct {
	name  string
	begin func(ctx context.Context, n *network.Network) (*call, error)
}

var (
	overTCP    = kind{"TCP", beginTCP}
	oneStream  = kind{"QUIC, all frames on one stream", beginStream}
	streamEach = kind{"QUIC, a stream for each frame", beginStreams}
	datagrams  = kind{"QUIC, datagrams", beginDatagrams}
)

func beginTCP(ctx context.Context, n *network.Network) (*call, error) {
	listener, err := n.Link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	from, err := n.Link.Client.DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return nil, err
	}
	at, err := listener.Accept()
	if err != nil {
		from.Close()
		return nil, err
	}
	c := &call{
		all: make(chan struct{}), reliable: true,
		send: func(frame []byte) error { _, err := from.Write(frame); return err },
		end:  func() { from.Close(); at.Close() },
	}
	go c.hear(at)
	return c, nil
}

func beginStream(ctx context.Context, n *network.Network) (*call, error) {
	p, err := pair.Over(ctx, n, nil, nil)
	if err != nil {
		return nil, err
	}
	stream, err := p.Client.OpenUniStream()
	if err != nil {
		p.Close()
		return nil, fmt.Errorf("open a stream: %w", err)
	}
	c := &call{
		all: make(chan struct{}), reliable: true,
		send: func(frame []byte) error { _, err := stream.Write(frame); return err },
		end:  func() { p.Close() },
	}
	go func() {
		if stream, err := p.Server.AcceptUniStream(ctx); err == nil {
			c.hear(stream)
		}
	}()
	return c, nil
}

func beginStreams(ctx context.Context, n *network.Network) (*call, error) {
	p, err := pair.Over(ctx, n, nil, nil)
	if err != nil {
		return nil, err
	}
	c := &call{
		all: make(chan struct{}), reliable: true,
		send: func(frame []byte) error {
			stream, err := p.Client.OpenUniStreamSync(ctx) // a hundred may be open
			if err != nil {
				return err
			}
			if _, err := stream.Write(frame); err != nil {
				return err
			}
			return stream.Close()
		},
		end: func() { p.Close() },
	}
	go func() {
		for {
			stream, err := p.Server.AcceptUniStream(ctx)
			if err != nil {
				return
			}
			go c.hear(stream)
		}
	}()
	return c, nil
}

func beginDatagrams(ctx context.Context, n *network.Network) (*call, error) {
	config := &quic.Config{EnableDatagrams: true} // on both sides
	p, err := pair.Over(ctx, n, config, config)
	if err != nil {
		return nil, err
	}
	c := &call{all: make(chan struct{}), send: p.Client.SendDatagram, end: func() { p.Close() }}
	go func() {
		for {
			frame, err := p.Server.ReceiveDatagram(ctx)
			if err != nil {
				return
			}
			c.heard(frame)
		}
	}()
	return c, nil
}
