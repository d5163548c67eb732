package tcp

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/devcert"
)

// Handshake shakes hands in the loop that accepts.
var Handshake = pitfall.Pitfall{
	Number:   15,
	Name:     "handshake",
	Subjects: []string{"accept(2)", "tls.Conn.Handshake"},
	Title:    "The TLS handshake in the accept loop",
	Symptom:  "Now and then nobody gets in for a while, and the process has nothing to do. Somebody had connected and said nothing.",
	Messages: []string{
		"net/http: TLS handshake timeout",
		"TLS handshake error from",
		"SSL_do_handshake() failed",
		"operation timed out",
		"do_handshake",
	},
	Diagnose: [][2]string{
		{"ss -ltn", "Recv-Q of the listener is not 0: connections that the kernel has, and nobody accepts"},
		{"curl localhost:6060/debug/pprof/goroutine?debug=2", "the goroutine that should be in Accept is in Handshake"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return silentFirst(ctx, false, handshake{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return silentFirst(ctx, true, handshake{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return silentFirst(ctx, true, handshake{}.fixed) },
}

type handshake struct{}

// broken accepts clients, and serves each once it has shaken hands.
func (handshake) broken(listener net.Listener, config *tls.Config, serve func(*tls.Conn)) error {
	for {
		raw, err := listener.Accept()
		if err != nil {
			return err
		}
		conn := tls.Server(raw, config)
		if conn.Handshake() != nil {
			raw.Close()
			continue
		}
		go serve(conn)
	}
}

// fixed accepts clients, and serves each once it has shaken hands.
func (handshake) fixed(listener net.Listener, config *tls.Config, serve func(*tls.Conn)) error {
	for {
		raw, err := listener.Accept()
		if err != nil {
			return err
		}
		conn := tls.Server(raw, config)
		go func() {
			conn.SetDeadline(time.Now().Add(10 * time.Second)) // who says nothing is not waited for, either
			if conn.Handshake() != nil {
				raw.Close()
				return
			}
			conn.SetDeadline(time.Time{})
			serve(conn)
		}()
	}
}

// silentFirst has a client shake hands, maybe behind one that connects and says nothing.
func silentFirst(ctx context.Context, silent bool, accept func(net.Listener, *tls.Config, func(*tls.Conn)) error) (o pitfall.Outcome, err error) {
	authority, err := devcert.New()
	if err != nil {
		return o, err
	}
	certificate, err := authority.Certificate("127.0.0.1")
	if err != nil {
		return o, err
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return o, err
	}
	var accepting sync.WaitGroup
	defer accepting.Wait()
	defer listener.Close()
	accepting.Go(func() {
		accept(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}, func(conn *tls.Conn) { conn.Close() })
	})
	if silent {
		first, err := new(net.Dialer).DialContext(ctx, "tcp4", listener.Addr().String())
		if err != nil {
			return o, err
		}
		defer first.Close()
	}
	raw, err := new(net.Dialer).DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return o, err
	}
	defer raw.Close()
	const most = 1500 * time.Millisecond
	waiting, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	begun := time.Now()
	err = tls.Client(raw, &tls.Config{RootCAs: authority.Pool(), ServerName: "127.0.0.1"}).HandshakeContext(waiting)
	if ctx.Err() != nil {
		return o, ctx.Err()
	}
	o.Add("the second client has waited for", time.Since(begun))
	o.Add("it has shaken hands", err == nil)
	return o, o.Decide(errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded), err == nil)
}
