// Package secure has experiments with TLS over TCP.
package secure

import (
	"crypto/tls"

	"onthewire/lessons/internal/devcert"
)

// trusting is a server's configuration, and that of a client that verifies it as "server".
func trusting() (server, client *tls.Config, err error) {
	authority, err := devcert.New()
	if err != nil {
		return nil, nil, err
	}
	certificate, err := authority.Certificate("server")
	if err != nil {
		return nil, nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{certificate}},
		&tls.Config{RootCAs: authority.Pool(), ServerName: "server"}, nil
}
