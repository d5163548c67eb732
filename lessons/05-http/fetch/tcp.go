package fetch

import (
	"cmp"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
)

// overTCP connects by TCP, and by TLS where the URL says so. What the two sides speak, the
// handshake has found out (ALPN, RFC 7301).
func (c *Client) overTCP(ctx context.Context, u *url.URL, v Version) (connection, error) {
	t := &http.Transport{
		TLSClientConfig:        &tls.Config{RootCAs: c.Roots, ClientSessionCache: c.Sessions},
		Protocols:              new(http.Protocols),
		DisableCompression:     true, // no bomb is unpacked here
		MaxResponseHeaderBytes: int64(c.fields()),
	}
	t.Protocols.SetHTTP1(v == HTTP1 || v == OverTCP)
	t.Protocols.SetHTTP2(v == HTTP2 || v == OverTCP)
	t.Protocols.SetUnencryptedHTTP2(v == HTTP2)

	conn := &tcpConnection{transport: t}
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := dial(ctx, network, address)
		conn.raw = raw
		if trace := httptrace.ContextClientTrace(ctx); trace != nil && err == nil {
			trace.ConnectDone(network, address, nil) // of a network in memory, nobody else tells
		}
		return raw, err
	}
	client, err := t.NewClientConn(ctx, u.Scheme, address(u))
	if err != nil {
		if conn.raw != nil {
			conn.raw.Close()
		}
		return nil, err
	}
	conn.ClientConn = client
	return conn, nil
}

func (c *Client) fields() int { return cmp.Or(c.Fields, 64<<10) }

type tcpConnection struct {
	*http.ClientConn
	transport *http.Transport
	raw       net.Conn
}

func (c *tcpConnection) From() string { return c.raw.RemoteAddr().String() }
func (c *tcpConnection) Early() bool  { return false } // crypto/tls has early data for QUIC only

func (c *tcpConnection) Close() error { return c.ClientConn.Close() }
