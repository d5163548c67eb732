// Package fetch is a client for one GET by the HTTP of one's choice. It tells when each phase
// of it was over, and bounds what a server may cost.
//
// Read it in this order: fetch.go (a question and its answer), phases.go (when what was over),
// tcp.go and quic.go (a connection), altsvc.go (what a server offers), race.go (QUIC and TCP,
// whichever comes first), diagnose.go (why it was not QUIC).
package fetch

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"time"

	"github.com/quic-go/quic-go/http3"
)

// A Version is a version of HTTP.
type Version int

const (
	OverTCP Version = iota // HTTP/2 where the server knows it, otherwise HTTP/1.1
	HTTP1
	HTTP2 // over TLS by ALPN, otherwise with prior knowledge (RFC 9113, section 3.3)
	HTTP3
)

func (v Version) String() string {
	return [...]string{"HTTP over TCP", "HTTP/1.1", "HTTP/2", "HTTP/3"}[v]
}

// A Client asks. Where a field is zero, there is a default.
type Client struct {
	Roots    *x509.CertPool         // whom to trust; nil: the system's
	Sessions tls.ClientSessionCache // keeps tickets for the next visit
	Early    bool                   // with a ticket, HTTP/3 asks in 0-RTT: a thief may repeat that

	Fields  int           // bytes of fields that are taken; 0: 64 KiB
	Body    int64         // bytes of a body that are taken; 0: 64 MiB
	Silence time.Duration // that ends a QUIC handshake, and a connection; 0: quic-go's 5 s and 30 s

	Dial   func(ctx context.Context, network, address string) (net.Conn, error) // for TCP
	Socket func() (net.PacketConn, error)                                       // for UDP
}

// An Answer is what came back, beside the body.
type Answer struct {
	Protocol string // as in HTTP/2.0
	Status   string // as in 200 OK
	Fields   http.Header
	Bytes    int64  // of the body
	From     string // the server's address
	TLS      string // its version; "" in the clear
	Early    bool   // the server has taken it in 0-RTT
	Phases   Phases
}

// Get asks for a URL, and writes the body. An error behind the head of an answer comes with
// that answer.
func (c *Client) Get(ctx context.Context, u *url.URL, v Version, body io.Writer) (*Answer, error) {
	watch := newWatch()
	ctx = httptrace.WithClientTrace(ctx, watch.trace())
	conn, err := c.connect(ctx, u, v)
	if err != nil {
		return nil, fmt.Errorf("connect to %s by %v: %w", address(u), v, cmp.Or(ctx.Err(), err))
	}
	defer conn.Close()
	return c.ask(ctx, conn, watch, u, body)
}

// connect has a connection that is ready for a request.
func (c *Client) connect(ctx context.Context, u *url.URL, v Version) (connection, error) {
	if v == HTTP3 {
		return c.overQUIC(ctx, u, address(u))
	}
	return c.overTCP(ctx, u, v)
}

// A connection is ready for a request.
type connection interface {
	RoundTrip(*http.Request) (*http.Response, error)
	From() string // the server's address
	Early() bool  // what was asked before the handshake was over has been taken
	Close() error
}

// ask has one question and answer on a connection.
func (c *Client) ask(ctx context.Context, conn connection, watch *watch, u *url.URL, body io.Writer) (*Answer, error) {
	defer watch.done()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("User-Agent", "onthewire")
	if _, overQUIC := conn.(*quicConnection); overQUIC && c.Early {
		request.Method = http3.MethodGet0RTT
	}
	response, err := conn.RoundTrip(request)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", u, cmp.Or(ctx.Err(), err))
	}
	defer response.Body.Close()
	answer := &Answer{Protocol: response.Proto, Status: response.Status, Fields: response.Header, From: conn.From(), Early: conn.Early()}
	if response.TLS != nil {
		answer.TLS = tls.VersionName(response.TLS.Version)
	}
	answer.Bytes, err = c.receive(response, body)
	answer.Phases = watch.done()
	if err != nil {
		return answer, fmt.Errorf("receive %s: %w", u, cmp.Or(ctx.Err(), err))
	}
	return answer, nil
}

// A TooLong error is a body that is longer than the client takes.
type TooLong struct{ Limit int64 }

func (t *TooLong) Error() string { return fmt.Sprintf("the body is longer than %d bytes", t.Limit) }

// receive writes the body as it comes, and holds no more of it than a piece.
func (c *Client) receive(response *http.Response, body io.Writer) (int64, error) {
	limit := cmp.Or(c.Body, 64<<20)
	if response.ContentLength > limit {
		return 0, &TooLong{limit}
	}
	n, err := io.Copy(body, io.LimitReader(response.Body, limit))
	switch {
	case err == nil && n == limit:
		if more, _ := response.Body.Read(make([]byte, 1)); more > 0 {
			return n, &TooLong{limit}
		}
	case err == nil && response.ContentLength > n: // not every client notices
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = &Cut{Bytes: n, Promised: response.ContentLength}
	}
	return n, err
}

// A Cut is a body that has ended too early.
type Cut struct {
	Bytes    int64
	Promised int64 // by its Content-Length; -1: there was none, it came in chunks
}

func (c *Cut) Error() string {
	if c.Promised < 0 {
		return fmt.Sprintf("the body was cut after %d bytes, in the middle of its chunks", c.Bytes)
	}
	return fmt.Sprintf("the body was cut after %d bytes of %d", c.Bytes, c.Promised)
}

func (c *Cut) Unwrap() error { return io.ErrUnexpectedEOF }

// address is HOST:PORT of a URL.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}
