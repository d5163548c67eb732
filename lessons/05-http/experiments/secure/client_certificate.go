package secure

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/experiment"
)

// ClientCertificate connects to a server that lets in one client only.
var ClientCertificate = experiment.Experiment{
	Name:      "client-certificate",
	Subjects:  []string{"mutual TLS", "ClientAuth", "RequireAndVerifyClientCert", "tls: certificate required"},
	About:     "A server wants a certificate of its client: when one without hears of it",
	Simulated: true,
	Do:        clientCertificate,
}

func clientCertificate(ctx context.Context, r *experiment.Report) error {
	server, client, err := trusting()
	if err != nil {
		return err
	}
	ann, known, err := certificateOf("ann")
	if err != nil {
		return err
	}
	server.ClientAuth, server.ClientCAs = tls.RequireAndVerifyClientCert, known

	with := client.Clone()
	with.Certificates = []tls.Certificate{ann}
	old := client.Clone()
	old.MaxVersion = tls.VersionTLS12
	r.Shown = true
	for _, c := range []struct {
		name             string
		config           *tls.Config
		handshake, heard bool // whether they succeed
	}{
		{"with a certificate", with, true, true},
		{"without, TLS 1.3", client, true, false},
		{"without, TLS 1.2", old, false, false},
	} {
		handshake, greeting, err := greeted(ctx, server, c.config)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.Add(c.name+": Handshake", handshake)
		if handshake == nil && err == nil {
			r.Add("  and the first Read", greeting)
		} else if handshake == nil {
			r.Add("  and the first Read", err)
		}
		r.Shown = r.Shown && (handshake == nil) == c.handshake && (err == nil && greeting == "hello, ann") == c.heard
	}
	r.Says = "In TLS 1.3 the client is done before the server has seen what it brings. So a client that is not let in learns it when it reads."
	return nil
}

// greeted shakes hands with a server, and reads how that calls it.
func greeted(ctx context.Context, server, client *tls.Config) (handshake error, greeting string, err error) {
	n := network.New(time.Millisecond)
	listener := n.Listen("server:443")
	defer listener.Close()
	go greet(listener, server)
	raw, err := n.DialContext(ctx, "tcp", "server:443")
	if err != nil {
		return err, "", err
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(10 * time.Second))
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	conn := tls.Client(raw, client)
	if err := conn.HandshakeContext(ctx); err != nil {
		return err, "", err
	}
	text, err := io.ReadAll(conn)
	return nil, string(text), err
}

func greet(listener net.Listener, config *tls.Config) {
	raw, err := listener.Accept()
	if err != nil {
		return
	}
	raw.SetDeadline(time.Now().Add(10 * time.Second))
	conn := tls.Server(raw, config)
	defer conn.Close()
	if conn.Handshake() == nil { // it has verified the certificate then
		io.WriteString(conn, "hello, "+conn.ConnectionState().PeerCertificates[0].Subject.CommonName)
	}
}

// certificateOf makes a certificate for a client, and the pool of a server that knows nobody else.
func certificateOf(name string) (tls.Certificate, *x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Minute),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	leaf, err := x509.ParseCertificate(signed)
	if err != nil {
		return tls.Certificate{}, nil, err
	}
	known := x509.NewCertPool()
	known.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{signed}, PrivateKey: key, Leaf: leaf}, known, nil
}
