package blocking

import (
	"crypto/tls"

	"onthewire/lessons/internal/devcert"
)

// keys are what server and client need to know each other by.
type keys struct {
	authority   *devcert.Authority
	certificate tls.Certificate
}

func newKeys() (k keys, err error) {
	if k.authority, err = devcert.New(); err != nil {
		return k, err
	}
	k.certificate, err = k.authority.Certificate()
	return k, err
}

// server and client take the names of protocols (ALPN, RFC 7301), in order of preference. There
// is no second visit, so a ticket for one would only be another packet in a small window.
func (k keys) server(protocols ...string) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{k.certificate}, NextProtos: protocols, SessionTicketsDisabled: true}
}

func (k keys) client(protocols ...string) *tls.Config {
	return &tls.Config{RootCAs: k.authority.Pool(), ServerName: "localhost", NextProtos: protocols}
}
