package devcert

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
)

// Pool is what a client that trusts the authority puts into tls.Config.RootCAs.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	return pool
}

// Path is the file with the authority's certificate, for curl --cacert and the like. It is
// empty for an authority that lives in memory.
func (a *Authority) Path() string { return a.path }

// Roots reads a file of certificates to trust, in PEM.
func Roots(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("devcert: read the certificates to trust: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("devcert: %s: no certificate in PEM is in it", path)
	}
	return pool, nil
}

// Pin is for a client that trusts one server and nobody else. A certificate that is itself
// among the roots needs no authority; its name, its dates and its usage are verified as
// ever, and any other certificate is refused, also of the same authority.
func Pin(server tls.Certificate) (*x509.CertPool, error) {
	certificate, err := x509.ParseCertificate(server.Certificate[0])
	if err != nil {
		return nil, fmt.Errorf("devcert: read the certificate to pin: %w", err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return pool, nil
}
