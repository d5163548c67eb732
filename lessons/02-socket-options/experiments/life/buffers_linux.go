package life

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/lab"
)

// download is how much crosses the link each time.
const download = 384 << 10

// Buffers downloads over a link of 30 ms there and back, with a receive buffer that the
// kernel sizes, and with one of a fixed size.
func Buffers(ctx context.Context) (experiments.Report, error) {
	var r experiments.Report
	way := lab.Way{Delay: 15 * time.Millisecond}
	link, err := lab.Open(way, way)
	if err != nil {
		return r, err
	}
	defer link.Close()
	var took [2]time.Duration
	for i, size := range []int{0, 16 << 10} {
		got, t, err := receive(ctx, link, size)
		if err != nil {
			return r, err
		}
		took[i] = t
		setting := "SO_RCVBUF left alone"
		if size != 0 {
			setting = fmt.Sprintf("SO_RCVBUF %d, reads back %d", size, got)
		}
		r.Add(setting, t)
	}
	r.Shown = took[1] > 2*took[0]
	r.Says = "At most one buffer can be under way in one round trip. Left alone, the kernel lets it grow with what arrives. Once you set it, it never grows again."
	return r, nil
}

// receive connects to a sender with a receive buffer of that size, or the kernel's own if
// it is 0, and takes all that comes. It returns the size that the kernel made of it.
func receive(ctx context.Context, link *lab.Link, size int) (got int, took time.Duration, err error) {
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return 0, 0, err
	}
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	go func() {
		if conn, err := listener.Accept(); err == nil {
			conn.Write(make([]byte, download))
			conn.Close()
		}
	}()
	// The size has to stand before connect: the handshake tells the peer how far the
	// window may ever open (RFC 7323, section 2.2).
	var client *socket.Socket
	err = link.Client.Do(func() (err error) {
		client, err = socket.New(socket.IPv4, socket.Stream, 0)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	if size != 0 {
		if err := client.SetReceiveBuffer(size); err != nil {
			client.Close()
			return 0, 0, err
		}
	}
	got, err = client.ReceiveBuffer()
	if err != nil {
		client.Close()
		return 0, 0, err
	}
	if err := client.Connect(netip.MustParseAddrPort(listener.Addr().String())); err != nil {
		client.Close()
		return 0, 0, err
	}
	conn, err := client.IntoConn()
	if err != nil {
		return 0, 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	begun := time.Now()
	n, err := io.Copy(io.Discard, conn)
	if err == nil && n != download {
		err = fmt.Errorf("%d of %d bytes: %w", n, download, io.ErrUnexpectedEOF)
	}
	return got, time.Since(begun), err
}
