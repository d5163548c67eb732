// Package devcert is a certificate authority of one's own, for programs that talk TLS to
// each other on one machine. Servers have a certificate from it, clients trust it, and
// every certificate is verified as on any network.
//
// Read it in this order: devcert.go (the authority and what it signs), store.go (how two
// programs come to have the same one), trust.go (what a client needs).
package devcert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net"
	"strings"
	"time"
)

const (
	lifetime = 30 * 24 * time.Hour
	skew     = time.Hour // how far behind the clock of whoever verifies may be
)

// An Authority signs certificates. It may be used from several goroutines.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	path        string
}

// New makes an authority that lives in memory only, for a program that is server and
// client in one.
func New() (*Authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("devcert: make a key: %w", err)
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "On the Wire, a throwaway authority"},
		NotBefore:             now.Add(-skew),
		NotAfter:              now.Add(lifetime),
		KeyUsage:              x509.KeyUsageCertSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true, // it signs servers, not further authorities
	}
	// A serial number that is nil becomes a random one, and the key's hash its identifier.
	signed, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("devcert: sign the authority: %w", err)
	}
	certificate, err := x509.ParseCertificate(signed)
	if err != nil {
		return nil, fmt.Errorf("devcert: read the authority back: %w", err)
	}
	return &Authority{certificate: certificate, key: key}, nil
}

// Certificate makes a certificate for a server that is known by these names and IP
// addresses, without any for localhost, 127.0.0.1 and ::1. Who connects has to ask for one
// of them (RFC 9525). It ends with the authority.
func (a *Authority) Certificate(hosts ...string) (tls.Certificate, error) {
	if len(hosts) == 0 {
		hosts = []string{"localhost", "127.0.0.1", "::1"}
	}
	now := time.Now()
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: hosts[0]}, // for the eye: nobody verifies it
		NotBefore:   now.Add(-skew),
		NotAfter:    a.certificate.NotAfter,
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, host := range hosts {
		if ip := net.ParseIP(host); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else if isName(host) {
			template.DNSNames = append(template.DNSNames, host)
		} else {
			return tls.Certificate{}, fmt.Errorf("devcert: %q is neither a host name nor an IP address", host)
		}
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("devcert: make a key: %w", err)
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("devcert: sign a certificate for %s: %w", hosts[0], err)
	}
	leaf, err := x509.ParseCertificate(signed)
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("devcert: read the certificate for %s back: %w", hosts[0], err)
	}
	// The authority itself is not sent along: a client that trusts it has it, and no other
	// client would believe a copy from us.
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key, Leaf: leaf}, nil
}

// isName tells whether that can be a DNS name, perhaps with a leading wildcard.
func isName(host string) bool {
	host = strings.TrimPrefix(host, "*.")
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, c := range label {
			if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", c) {
				return false
			}
		}
	}
	return true
}
