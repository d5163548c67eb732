package echo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"time"

	"github.com/quic-go/quic-go"
)

// ClientTLS is what the handshake needs on the client's side: whom to trust, and by which
// name the server has to be known.
func ClientTLS(roots *x509.CertPool, name string) *tls.Config {
	return &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{Protocol}}
}

// Say opens a stream, says the text, ends its own side, and reads the answer to its end.
func Say(ctx context.Context, conn *quic.Conn, text []byte) ([]byte, error) {
	stream, err := conn.OpenStreamSync(ctx)
	if err != nil {
		return nil, fmt.Errorf("open a stream: %w", err)
	}
	defer stream.CancelRead(0) // what we do not read must not hold the stream open
	if deadline, ok := ctx.Deadline(); ok {
		stream.SetDeadline(deadline)
	}
	defer context.AfterFunc(ctx, func() { stream.SetDeadline(time.Now()) })()
	if _, err := stream.Write(text); err != nil {
		return nil, fmt.Errorf("write to a stream: %w", err)
	}
	if err := stream.Close(); err != nil {
		return nil, fmt.Errorf("close a stream: %w", err)
	}
	answer, err := io.ReadAll(io.LimitReader(stream, Limit+1))
	if err != nil {
		return nil, fmt.Errorf("read from a stream: %w", err)
	}
	return answer, nil
}
