package throughput

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/quic-go/quic-go"
)

// A Client is connected to a server, its handshake done.
type Client struct {
	conn  io.ReadWriter
	close []func() error // in the order of their calls
}

// Dial connects to what Serve listens on.
func (w Way) Dial(ctx context.Context, host Host, address string, roots *x509.CertPool) (*Client, error) {
	config := &tls.Config{RootCAs: roots, ServerName: "localhost", NextProtos: []string{Protocol}}
	if w.QUIC {
		return w.dialQUIC(ctx, host, address, config)
	}
	conn, err := host.DialContext(ctx, "tcp4", address)
	if err != nil {
		return nil, err
	}
	c := &Client{conn: conn, close: []func() error{conn.Close}}
	if w.TLS {
		secure := tls.Client(conn, config)
		if err := secure.HandshakeContext(ctx); err != nil {
			return nil, errors.Join(fmt.Errorf("TLS handshake with %s: %w", address, err), c.Close())
		}
		c.conn, c.close[0] = secure, secure.Close
	}
	return c, nil
}

func (w Way) dialQUIC(ctx context.Context, host Host, address string, config *tls.Config) (*Client, error) {
	to, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		return nil, err
	}
	socket, err := w.socket(host, "0.0.0.0:0")
	if err != nil {
		return nil, err
	}
	transport := &quic.Transport{Conn: socket}
	c := &Client{close: []func() error{transport.Close, socket.Close}}
	conn, err := transport.Dial(ctx, to, config, nil)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("QUIC handshake with %s: %w", address, err), c.Close())
	}
	hangUp := func() error { return conn.CloseWithError(0, "") }
	c.close = append([]func() error{hangUp}, c.close...)
	if c.conn, err = conn.OpenStreamSync(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open a stream: %w", err), c.Close())
	}
	return c, nil
}

// Fetch downloads so many bytes, once, and tells how long that took from the request on.
func (c *Client) Fetch(ctx context.Context, bytes int64) (time.Duration, error) {
	defer context.AfterFunc(ctx, func() { c.close[0]() })()
	begun := time.Now()
	err := receive(c.conn, bytes)
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	return time.Since(begun), err
}

// Close hangs up.
func (c *Client) Close() (err error) {
	for _, f := range c.close {
		if e := f(); e != nil && !errors.Is(e, net.ErrClosed) {
			err = errors.Join(err, e)
		}
	}
	return err
}
