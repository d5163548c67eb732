package kernel

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"sync/atomic"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/qlog"
	"github.com/quic-go/quic-go/qlogwriter"

	"onthewire/lessons/internal/devcert"
)

// A result is what became of the packets of a download.
type result struct {
	lost    uint64 // as the sender counts
	dropped int    // by the receiver's socket
	queue   int64  // dropped by the receiver's quic-go, whose connection had too many waiting
}

// refused counts what quic-go drops, as its qlog would tell it.
type refused struct{ packets atomic.Int64 }

func (r *refused) AddProducer() qlogwriter.Recorder { return r }
func (r *refused) Close() error                     { return nil }

func (r *refused) RecordEvent(e qlogwriter.Event) {
	if drop, ok := e.(qlog.PacketDropped); ok && drop.Trigger == qlog.PacketDropDOSPrevention {
		r.packets.Add(1)
	}
}

// download brings 8 MiB by QUIC, to a socket with a buffer of so many bytes.
func download(ctx context.Context, buffer int) (d result, err error) {
	authority, err := devcert.New()
	if err != nil {
		return d, err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return d, err
	}
	loopback := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	at, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		return d, err
	}
	defer at.Close()
	from, err := net.ListenUDP("udp4", loopback)
	if err != nil {
		return d, err
	}
	defer from.Close()
	server, client := &quic.Transport{Conn: at}, &quic.Transport{Conn: from}
	defer server.Close()
	defer client.Close()
	listener, err := server.Listen(&tls.Config{Certificates: []tls.Certificate{certificate}, NextProtos: []string{"download"}}, nil)
	if err != nil {
		return d, err
	}
	refuses := new(refused)
	there, err := client.Dial(ctx, at.LocalAddr(), &tls.Config{RootCAs: authority.Pool(), ServerName: "localhost", NextProtos: []string{"download"}},
		&quic.Config{Tracer: func(context.Context, bool, quic.ConnectionID) qlogwriter.Trace { return refuses }})
	if err != nil {
		return d, fmt.Errorf("dial: %w", err)
	}
	defer there.CloseWithError(0, "")
	defer context.AfterFunc(ctx, func() { there.CloseWithError(0, "") })()
	here, err := listener.Accept(ctx)
	if err != nil {
		return d, fmt.Errorf("accept: %w", err)
	}
	if err := setReceiveBuffer(from, buffer); err != nil { // quic-go has made it larger meanwhile
		return d, err
	}
	stream, err := here.OpenUniStream()
	if err != nil {
		return d, err
	}
	written := make(chan error, 1)
	go func() {
		_, err := stream.Write(make([]byte, 8<<20))
		stream.Close()
		written <- err
	}()
	arriving, err := there.AcceptUniStream(ctx)
	if err == nil {
		_, err = io.Copy(io.Discard, arriving)
	}
	if err != nil {
		there.CloseWithError(0, "")
		<-written
		return d, err
	}
	if err := <-written; err != nil {
		return d, err
	}
	d.lost, d.queue = here.ConnectionStats().PacketsLost, refuses.packets.Load()
	d.dropped, err = dropped(from)
	return d, err
}
