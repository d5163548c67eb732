package throughput

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"

	"github.com/quic-go/quic-go"
)

// Serve serves one client: it answers its request, waits until it has closed, and ends.
// It calls listening when it can be reached.
func (w Way) Serve(ctx context.Context, host Host, address string, certificate tls.Certificate, listening func(net.Addr)) error {
	config := &tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{Protocol}}
	if w.QUIC {
		return w.serveQUIC(ctx, host, address, config, listening)
	}
	listener, err := host.Listen("tcp4", address)
	if err != nil {
		return err
	}
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	listening(listener.Addr())
	conn, err := listener.Accept()
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	if w.TLS {
		conn = tls.Server(conn, config)
	}
	if err := send(conn); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, conn)
	return err
}

func (w Way) serveQUIC(ctx context.Context, host Host, address string, config *tls.Config, listening func(net.Addr)) error {
	socket, err := w.socket(host, address)
	if err != nil {
		return err
	}
	defer socket.Close()
	transport := &quic.Transport{Conn: socket}
	defer transport.Close()
	listener, err := transport.Listen(config, nil)
	if err != nil {
		return err
	}
	listening(socket.LocalAddr())
	conn, err := listener.Accept(ctx)
	if err != nil {
		return fmt.Errorf("accept: %w", err)
	}
	defer conn.CloseWithError(0, "")
	defer context.AfterFunc(ctx, func() { conn.CloseWithError(0, "") })()
	stream, err := conn.AcceptStream(ctx)
	if err != nil {
		return fmt.Errorf("accept a stream: %w", err)
	}
	if err := send(stream); err != nil {
		return err
	}
	if err := stream.Close(); err != nil {
		return fmt.Errorf("close a stream: %w", err)
	}
	<-conn.Context().Done() // the client closes once it has the last byte
	return nil
}
