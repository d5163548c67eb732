package purse

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"time"

	"github.com/quic-go/quic-go"
)

// ClientTLS is what the handshake needs on the client's side.
func ClientTLS(roots *x509.CertPool, name string, tickets tls.ClientSessionCache) *tls.Config {
	return &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{Protocol}, ClientSessionCache: tickets}
}

// Request sends a request on a stream of its own, and returns the answer.
func Request(ctx context.Context, conn *quic.Conn, request string) (string, error) {
	stream, err := conn.OpenStreamSync(ctx)
	if err != nil {
		return "", fmt.Errorf("open a stream: %w", err)
	}
	defer stream.CancelRead(0)
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
