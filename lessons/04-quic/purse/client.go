package purse

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

	"onthewire/lessons/04-quic/early"
)

// A Client knows whom to trust, and has tickets of its last visit.
type Client struct {
	Roots   *x509.CertPool
	Name    string // of the server, as in its certificate
	Tickets *early.Tickets
}

// A Visit is what came of a request.
type Visit struct {
	Answer  string
	Outcome early.Outcome
	Took    time.Duration // from the first call to the answer
	Tries   int
}

// Visit asks once, as early as it can, waits for the ticket of the next visit, and closes.
func (c Client) Visit(ctx context.Context, socket net.PacketConn, to net.Addr, request string) (v Visit, err error) {
	transport := &quic.Transport{Conn: socket}
	defer func() { err = errors.Join(err, transport.Close()) }()
	config := &tls.Config{RootCAs: c.Roots, ServerName: c.Name, NextProtos: []string{Protocol}, ClientSessionCache: c.Tickets}
	begun := time.Now()
	conn, err := transport.DialEarly(ctx, to, config, nil)
	if err != nil {
		return v, fmt.Errorf("dial: %w", err)
	}
	defer conn.CloseWithError(0, "")
	v.Outcome, err = early.Ask(ctx, conn, func(conn *quic.Conn) (err error) {
		v.Tries++
		v.Answer, err = Request(ctx, conn, request)
		v.Took = time.Since(begun)
		return err
	})
	if err != nil {
		return v, err
	}
	return v, c.Tickets.Wait(ctx)
}

// Request sends a request on a stream of its own, and returns the answer.
func Request(ctx context.Context, conn *quic.Conn, request string) (string, error) {
	stream, err := conn.OpenStreamSync(ctx)
	if err != nil {
		return "", fmt.Errorf("open a stream: %w", err)
	}
	defer stream.CancelRead(0) // what is not read must not hold the stream open
	defer context.AfterFunc(ctx, func() { stream.SetDeadline(time.Now()) })()
	if _, err := io.WriteString(stream, request); err != nil {
		return "", fmt.Errorf("send %q: %w", request, err)
	}
	if err := stream.Close(); err != nil {
		return "", fmt.Errorf("send %q: %w", request, err)
	}
	answer, err := io.ReadAll(io.LimitReader(stream, limit))
	if err != nil {
		return "", fmt.Errorf("read the answer to %q: %w", request, err)
	}
	return string(answer), nil
}
