package migrate

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/qlogwriter"

	"onthewire/lessons/internal/devcert"
)

// A Pair is a client and a server in one process, and the connection between them.
type Pair struct {
	Client, Server           *quic.Conn
	ClientWatch, ServerWatch *Watch

	close []func() error
}

// Meet dials the server at to, which is its own address or a NAT's. A client that only
// listens says something after every keepAlive without a packet; 0: it does not. The pair
// takes the sockets over.
func Meet(ctx context.Context, client, server net.PacketConn, to net.Addr, keepAlive time.Duration) (p *Pair, err error) {
	p = &Pair{ClientWatch: &Watch{}, ServerWatch: &Watch{}}
	defer func() {
		if err != nil {
			p.Close()
		}
	}()
	dialer, acceptor := &quic.Transport{Conn: client}, &quic.Transport{Conn: server}
	p.close = append(p.close, dialer.Close, acceptor.Close, client.Close, server.Close)

	authority, err := devcert.New()
	if err != nil {
		return p, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return p, err
	}
	names := []string{"feed"}
	listener, err := acceptor.Listen(
		&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: names},
		&quic.Config{Tracer: p.ServerWatch.trace},
	)
	if err != nil {
		return p, fmt.Errorf("listen: %w", err)
	}
	p.close = append([]func() error{listener.Close}, p.close...)
	p.Client, err = dialer.Dial(ctx, to,
		&tls.Config{RootCAs: authority.Pool(), ServerName: "localhost", NextProtos: names},
		&quic.Config{Tracer: p.ClientWatch.trace, KeepAlivePeriod: keepAlive},
	)
	if err != nil {
		return p, fmt.Errorf("dial %v: %w", to, err)
	}
	if p.Server, err = listener.Accept(ctx); err != nil {
		return p, fmt.Errorf("accept: %w", err)
	}
	return p, nil
}

// trace is what quic.Config calls for each connection.
func (w *Watch) trace(context.Context, bool, quic.ConnectionID) qlogwriter.Trace { return w }

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

// Close ends the connection, and closes what the pair holds.
func (p *Pair) Close() (err error) {
	if p.Client != nil {
		err = p.Client.CloseWithError(0, "")
		<-p.Client.Context().Done()
	}
	for _, c := range p.close {
		err = errors.Join(err, c())
	}
	return err
}
