package gro

import (
	"context"
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/devcert"
)

// What a download over loopback costs, both ends in one process.
func BenchmarkDownload(b *testing.B) {
	for _, receiver := range []struct {
		name string
		wrap func(*net.UDPConn) (net.PacketConn, error)
	}{
		{"plain", func(socket *net.UDPConn) (net.PacketConn, error) { return socket, nil }},
		{"GRO", Wrap},
	} {
		b.Run(receiver.name, func(b *testing.B) {
			const megabyte = 1 << 20
			stream := download(b, receiver.wrap)
			b.SetBytes(megabyte)
			for b.Loop() {
				if _, err := io.CopyN(io.Discard, stream, megabyte); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// download is a stream that brings zeroes without end from a server in this process.
func download(t testing.TB, wrap func(*net.UDPConn) (net.PacketConn, error)) *quic.ReceiveStream {
	t.Helper()
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	server := transport(t, func(socket *net.UDPConn) (net.PacketConn, error) { return socket, nil })
	listener, err := server.Listen(&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"zeroes"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		conn, err := listener.Accept(ctx)
		if err != nil {
			return
		}
		stream, err := conn.OpenUniStreamSync(ctx)
		for zeroes := make([]byte, 1<<16); err == nil; {
			_, err = stream.Write(zeroes) // until the client closes
		}
	}()
	client := transport(t, wrap)
	conn, err := client.Dial(ctx, server.Conn.LocalAddr(), &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost", NextProtos: []string{"zeroes"}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseWithError(0, ""); <-ended; cancel() })
	stream, err := conn.AcceptUniStream(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return stream
}

func transport(t testing.TB, wrap func(*net.UDPConn) (net.PacketConn, error)) *quic.Transport {
	t.Helper()
	socket, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := wrap(socket)
	if err != nil {
		t.Fatal(err)
	}
	transport := &quic.Transport{Conn: conn}
	t.Cleanup(func() { transport.Close(); socket.Close() })
	return transport
}
