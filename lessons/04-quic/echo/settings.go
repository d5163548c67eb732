package echo

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"time"

	"github.com/quic-go/quic-go"
)

// Protocol is what both sides name in the handshake (ALPN, RFC 7301). If they have none in
// common, it fails (RFC 9001, section 8.1).
const Protocol = "echo"

// Limit is how many bytes of a stream the server reads.
const Limit = 10_000

// How long the server waits.
const (
	Timeout = 10 * time.Second // for a stream, from its first byte to its last
	Drain   = 4 * time.Second  // for everybody, once it stops
	Settle  = time.Second      // for a client that does not close, after its last answer
)

// Whoever resets a stream says why by a number that only the application knows.
const (
	TooLong quic.StreamErrorCode = 1 // the stream brought more than Limit
	TooSlow quic.StreamErrorCode = 2 // it took longer than Timeout
)

// Stopping is the number with which the server closes a connection because it stops.
const Stopping quic.ApplicationErrorCode = 1

// A Listener hands out connections: *quic.Listener after the handshake, *quic.EarlyListener
// before. Close has to leave alone those that it has handed out, as both do.
type Listener interface {
	Accept(context.Context) (*quic.Conn, error)
	Close() error
}

// Config allows streams in both directions at once, a hundred of a client at a time, and no
// others.
func Config() *quic.Config {
	return &quic.Config{MaxIncomingStreams: 100, MaxIncomingUniStreams: -1} // 0 would mean 100
}

// ServerTLS is what the handshake needs on the server's side.
func ServerTLS(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{Protocol}}
}

// ClientTLS is what the handshake needs on the client's side: whom to trust, and by which
// name the server has to be known.
func ClientTLS(roots *x509.CertPool, name string) *tls.Config {
	return &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{Protocol}}
}
