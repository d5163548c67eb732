package quic

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/twelve"
)

// Whoever has a certificate of our authority is trusted by the name in it, and by no other.
func TestACertificateOfOursForAnotherNameIsRefused(t *testing.T) {
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate("another.example")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := tls.Listen("tcp4", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	heard := make(chan int, 1)
	go func() {
		n := 0
		if conn, err := listener.Accept(); err == nil {
			conn.SetDeadline(time.Now().Add(10 * time.Second))
			n, _ = conn.Read(make([]byte, 1))
			conn.Close()
		}
		heard <- n
	}()
	conn, err := tls.Dial("tcp4", listener.Addr().String(), verify{}.fixed(authority.Pool()))
	if err == nil {
		io.WriteString(conn, twelve.Bytes)
		conn.Close()
	}
	if _, ok := errors.AsType[x509.HostnameError](err); !ok {
		t.Errorf("the client says %v", err)
	}
	if n := <-heard; n != 0 {
		t.Error("the other has read what was not for him")
	}
}

// A peer may open streams that have no end, and fill all of them. It is told to stop, and what has
// come of them takes no room from the one behind them.
func TestStreamsWithoutAnEndAreStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const window, floods = 64 << 10, 20
		config := &quic.Config{
			InitialConnectionReceiveWindow: window, MaxConnectionReceiveWindow: window,
			InitialStreamReceiveWindow: window, MaxStreamReceiveWindow: window,
		}
		err := link(t.Context(), config, func(client, server *quic.Conn) error {
			stopped := make(chan error, floods)
			for range floods {
				go func() { stopped <- flood(server) }()
			}
			for range floods {
				stream, err := client.AcceptUniStream(t.Context())
				if err != nil {
					return err
				}
				stream.SetReadDeadline(time.Now().Add(5 * time.Second))
				if wanted, err := (drain{}).fixed(stream, twelve.Bytes); wanted || err != nil {
					t.Errorf("%v, %v", wanted, err)
				}
			}
			for range floods {
				if told, ok := errors.AsType[*quic.StreamError](<-stopped); !ok || !told.Remote {
					t.Errorf("a stream was not stopped by the client: %v", told)
				}
			}
			go send(t.Context(), server, twelve.Bytes)
			stream, err := client.AcceptUniStream(t.Context())
			if err != nil {
				return err
			}
			stream.SetReadDeadline(time.Now().Add(5 * time.Second))
			if wanted, err := (drain{}).fixed(stream, twelve.Bytes); !wanted || err != nil {
				t.Errorf("behind them: %v, %v", wanted, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// flood writes on a stream of its own until it cannot any more.
func flood(conn *quic.Conn) error {
	stream, err := conn.OpenUniStream()
	for err == nil {
		_, err = io.WriteString(stream, strings.Repeat(".", 1000))
	}
	return err
}

// A client that never closes keeps the server for a while, and is then told that it is over.
func TestAClientThatNeverClosesIsLeftAfterAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := link(t.Context(), nil, func(client, server *quic.Conn) error {
			stream, err := server.OpenUniStream()
			if err != nil {
				return err
			}
			begun := time.Now()
			if err := (last{}).fixed(server, stream, twelve.Bytes); err != nil {
				return err
			}
			if took := time.Since(begun); took != 5*time.Second {
				t.Errorf("it has waited for %v", took)
			}
			<-client.Context().Done()
			told := context.Cause(client.Context())
			if closed, ok := errors.AsType[*quic.ApplicationError](told); !ok || !closed.Remote {
				t.Errorf("the client is told %v", told)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
