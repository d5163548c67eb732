// Package quic has the pitfalls of TLS, and of the protocol that has it built in.
package quic

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"sync"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/twelve"
)

// Verify trusts whoever answers.
var Verify = pitfall.Pitfall{
	Number:   19,
	Name:     "insecure",
	Subjects: []string{"InsecureSkipVerify", "RootCAs", "man in the middle"},
	Title:    "InsecureSkipVerify",
	Symptom:  "There is none. Everything is encrypted, for whoever stands between you and the server.",
	Messages: []string{
		"x509: certificate signed by unknown authority",
		"tls: failed to verify certificate",
		"invalid peer certificate: UnknownIssuer",
		"SSL certificate problem: unable to get local issuer certificate",
		"certificate verify failed",
	},
	Diagnose: [][2]string{
		{"grep -r InsecureSkipVerify .", "any that is true outside of a test"},
		{"openssl s_client -connect HOST:PORT -showcerts", "the certificate that clients are given, and who has signed it"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return password(ctx, false, verify{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return password(ctx, true, verify{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return password(ctx, true, verify{}.fixed) },
}

type verify struct{}

// broken is how to speak with a server whose certificate is from an authority of our own.
func (verify) broken(authority *x509.CertPool) *tls.Config {
	return &tls.Config{InsecureSkipVerify: true} // or it says "unknown authority"
}

// fixed is how to speak with a server whose certificate is from an authority of our own.
func (verify) fixed(authority *x509.CertPool) *tls.Config {
	return &tls.Config{RootCAs: authority}
}

// password is said to the server, or to somebody who has got into the way, whose certificate is
// from an authority of his own.
func password(ctx context.Context, between bool, config func(*x509.CertPool) *tls.Config) (o pitfall.Outcome, err error) {
	ours, err := devcert.New()
	if err != nil {
		return o, err
	}
	signs := ours
	if between {
		if signs, err = devcert.New(); err != nil {
			return o, err
		}
	}
	certificate, err := signs.Certificate("127.0.0.1")
	if err != nil {
		return o, err
	}
	listener, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		return o, err
	}
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	var listening sync.WaitGroup
	heard := make([]byte, len(twelve.Bytes))
	n := 0
	listening.Go(func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		n, _ = io.ReadFull(conn, heard)
	})
	dialer := tls.Dialer{NetDialer: new(net.Dialer), Config: config(ours.Pool())}
	conn, err := dialer.DialContext(ctx, "tcp4", listener.Addr().String())
	if err == nil {
		_, err = io.WriteString(conn, twelve.Bytes)
		conn.Close()
	}
	listener.Close()
	listening.Wait()
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	o.Add("somebody is in the way", between)
	o.Add("bytes that he has read in the clear", n)
	if !between {
		o.Rows = o.Rows[:1]
		o.Add("bytes that the server has read", n)
	}
	var unknown x509.UnknownAuthorityError
	return o, o.Decide(between && n > 0, between && n == 0 && errors.As(err, &unknown) || !between && n == len(twelve.Bytes))
}
