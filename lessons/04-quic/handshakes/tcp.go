package handshakes

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/twelve"
)

// tcp is one conversation over TCP, and over TLS where the way to begin has it.
func (p *pair) tcp(ctx context.Context, link *lab.Link, returns bool, t *trips) (taken Taken, err error) {
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return Taken{}, err
	}
	address := listener.Addr().String()
	if p.tls != 0 {
		listener = tls.NewListener(listener, p.serverTLS)
	}
	served := make(chan error, 1)
	go func() { served <- answerOne(listener) }()
	defer func() { err = errors.Join(err, listener.Close(), <-served) }()

	begun := time.Now()
	conn, err := link.Client.DialContext(ctx, "tcp4", address)
	if err != nil {
		return Taken{}, err
	}
	defer conn.Close() // before the wait for the server, which waits for this
	deadline, _ := ctx.Deadline()
	conn.SetDeadline(deadline)
	if p.tls != 0 {
		secure := tls.Client(conn, p.clientTLS)
		if err := secure.HandshakeContext(ctx); err != nil {
			return Taken{}, fmt.Errorf("TLS handshake: %w", err)
		}
		if state := secure.ConnectionState(); state.DidResume != returns {
			return Taken{}, fmt.Errorf("resumed: %t, want %t", state.DidResume, returns)
		}
		conn = secure
	}
	taken.Request = time.Since(begun)
	if _, err := io.WriteString(conn, twelve.Bytes); err != nil {
		return Taken{}, err
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil { // with TLS 1.3, reads the ticket too
		return Taken{}, err
	}
	taken.Answer, taken.RoundTrips = time.Since(begun), t.count()
	return taken, p.kept(ctx)
}

// answerOne accepts one client, answers its line with itself, and waits until it leaves.
func answerOne(listener net.Listener) error {
	conn, err := listener.Accept()
	if errors.Is(err, net.ErrClosed) {
		return nil // the client has not even come
	} else if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(timeout))
	line := make([]byte, len(twelve.Bytes))
	if _, err := io.ReadFull(conn, line); err != nil {
		return nil // the client knows better why
	}
	conn.Write(line)
	io.Copy(io.Discard, conn)
	return nil
}
