package migrate

import (
	"context"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/pair"
)

// A Pair is a client and a server with one connection, both of them watched.
type Pair struct {
	*pair.Pair
	ClientWatch, ServerWatch *Watch
}

// Meet dials the server at to, which is its own address or a NAT's. A client that only
// listens says something after every keepAlive without a packet; 0: it does not. The pair
// takes the sockets over.
func Meet(ctx context.Context, client, server net.PacketConn, to net.Addr, keepAlive time.Duration) (*Pair, error) {
	p := &Pair{ClientWatch: &Watch{}, ServerWatch: &Watch{}}
	var err error
	p.Pair, err = pair.Meet(ctx, client, server, to,
		&quic.Config{Tracer: p.ClientWatch.trace, KeepAlivePeriod: keepAlive},
		&quic.Config{Tracer: p.ServerWatch.trace})
	return p, err
}

// Feed sends a feed on a stream of the server's, and calls change when the client has half of
// it. It tells from where the client seemed to come, each address once.
func (p *Pair) Feed(ctx context.Context, f Feed, change func() error) (got Received, seen []string, err error) {
	out, err := p.Server.OpenStreamSync(ctx)
	if err != nil {
		return got, nil, fmt.Errorf("open a stream: %w", err)
	}
	look := func() {
		if at := p.Server.RemoteAddr().String(); len(seen) == 0 || seen[len(seen)-1] != at {
			seen = append(seen, at)
		}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	sent := make(chan error, 1)
	go func() {
		defer context.AfterFunc(ctx, func() { out.SetDeadline(time.Now()) })()
		err := f.Send(ctx, out, look)
		out.Close()
		if err == nil {
			_, err = io.Copy(io.Discard, out) // the client ends its side when it has all
			look()
		}
		sent <- err
	}()
	in, err := p.Client.AcceptStream(ctx) // which is there with the first block
	if err == nil {
		got, err = f.Receive(ctx, in, change)
	}
	if err != nil {
		stop()
		<-sent
		return got, seen, err
	}
	in.Close()
	return got, seen, <-sent
}
