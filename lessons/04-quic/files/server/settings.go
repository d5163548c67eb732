package server

import (
	"crypto/tls"
	"crypto/x509"

	"github.com/quic-go/quic-go"
)

// Protocol is its name in the handshake (ALPN).
const Protocol = "wire-files/1"

// Config allows a thousand streams of a client at a time. Small files cost a round trip for
// each time that their client has to wait for a stream.
func Config() *quic.Config {
	return &quic.Config{MaxIncomingStreams: 1000, MaxIncomingUniStreams: -1, Allow0RTT: true}
}

// ServerTLS and ClientTLS are what the handshake needs on either side.
func ServerTLS(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{Protocol}}
}

func ClientTLS(roots *x509.CertPool, name string) *tls.Config {
	return &tls.Config{RootCAs: roots, ServerName: name, NextProtos: []string{Protocol}}
}
