package echo

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/quic-go/quic-go"
	stranger "golang.org/x/net/quic"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/leak"
)

// Another implementation of QUIC, whose authors know nothing of quic-go, is client of our
// server and server of our client: over the loopback, since it brings its own sockets.

func authority(t *testing.T) (*devcert.Authority, tls.Certificate) {
	t.Helper()
	a, err := devcert.New()
	must(t, err)
	certificate, err := a.Certificate()
	must(t, err)
	return a, certificate
}

func TestAStrangerIsAnsweredAndHearsWhyItIsNot(t *testing.T) {
	leak.Check(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	a, certificate := authority(t)
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	must(t, err)
	defer socket.Close()
	transport := &quic.Transport{Conn: socket}
	defer transport.Close()
	listener, err := transport.Listen(ServerTLS(certificate), Config())
	must(t, err)
	serving, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- Serve(serving, listener) }()

	client, err := stranger.Listen("udp4", "127.0.0.1:0", nil)
	must(t, err)
	defer client.Close(ctx)
	config := ClientTLS(a.Pool(), "localhost")
	config.MinVersion = tls.VersionTLS13 // it insists
	conn, err := client.Dial(ctx, "udp4", socket.LocalAddr().String(), &stranger.Config{TLSConfig: config})
	must(t, err)
	for range 150 { // each stream is given back, or the hundred would be used up
		answer, err := strangerSays(ctx, conn, []byte("hello, wire\n"))
		if err != nil || string(answer) != "hello, wire\n" {
			t.Fatalf("the answer is %q, %v", answer, err)
		}
	}
	_, err = strangerSays(ctx, conn, make([]byte, Limit+1))
	if code, ok := errors.AsType[stranger.StreamError](err); !ok || quic.StreamErrorCode(code) != TooLong {
		t.Errorf("of a stream that brings too much the stranger hears %v", err)
	}
	stop()
	must(t, <-ended)
	err = conn.Wait(ctx)
	if closed, ok := errors.AsType[*stranger.ConnectionCloseError](err); !ok || quic.ApplicationErrorCode(closed.Code) != Stopping {
		t.Errorf("when the server stops, the stranger hears %v", err)
	}
}

func strangerSays(ctx context.Context, conn *stranger.Conn, text []byte) ([]byte, error) {
	stream, err := conn.NewStream(ctx)
	if err != nil {
		return nil, err
	}
	stream.SetReadContext(ctx)
	stream.SetWriteContext(ctx)
	stream.Write(text)
	stream.CloseWrite()
	defer stream.CloseRead()
	return io.ReadAll(stream)
}

func TestOurClientIsAnsweredByAStranger(t *testing.T) {
	leak.Check(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	a, certificate := authority(t)
	config := ServerTLS(certificate)
	config.MinVersion = tls.VersionTLS13
	server, err := stranger.Listen("udp4", "127.0.0.1:0", &stranger.Config{TLSConfig: config})
	must(t, err)
	defer server.Close(ctx)
	go func() {
		conn, err := server.Accept(ctx)
		if err != nil {
			return
		}
		for {
			stream, err := conn.AcceptStream(ctx)
			if err != nil {
				return
			}
			data, _ := io.ReadAll(stream)
			stream.Write(data)
			stream.Close()
		}
	}()
	conn, err := quic.DialAddr(ctx, server.LocalAddr().String(), ClientTLS(a.Pool(), "localhost"), nil)
	must(t, err)
	for range 150 {
		answer, err := Say(ctx, conn, []byte("hello, wire\n"))
		if err != nil || string(answer) != "hello, wire\n" {
			t.Fatalf("the answer is %q, %v", answer, err)
		}
	}
	must(t, conn.CloseWithError(0, ""))
}
