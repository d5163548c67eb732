package life

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"time"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

const (
	download = 384 << 10 // crosses the link each time
	small    = 16 << 10  // a size that was generous when memory was dear
)

// Buffers downloads over a link of 30 ms there and back, with a receive buffer that the
// kernel sizes, and with a small one. Then it writes to somebody who does not read, with a
// send buffer of either kind.
var Buffers = experiment.Experiment{
	Name:     "buffers",
	Subjects: []string{"SO_RCVBUF", "SO_SNDBUF"},
	About:    "A buffer of your own, over a long link",
	Do:       buffers,
}

func buffers(ctx context.Context, r *experiment.Report) error {
	way := lab.Way{Delay: 15 * time.Millisecond}
	link, err := lab.Open(way, way)
	if err != nil {
		return err
	}
	defer link.Close()
	_, free, err := receive(ctx, link, 0)
	if err != nil {
		return err
	}
	got, narrow, err := receive(ctx, link, small)
	if err != nil {
		return err
	}
	much, err := unread(ctx, 0)
	if err != nil {
		return err
	}
	little, err := unread(ctx, small)
	if err != nil {
		return err
	}
	r.Add("download, SO_RCVBUF left alone", free)
	r.Add(fmt.Sprintf("download, SO_RCVBUF %d", small), narrow)
	r.Add("  as it reads back", got)
	r.Add("unread bytes, SO_SNDBUF left alone", much)
	r.Add(fmt.Sprintf("unread bytes, SO_SNDBUF %d", small), little)
	r.Shown = narrow > 2*free && much > 2*little
	r.Says = "At most one receive buffer can be under way in one round trip. Left alone, the kernel lets both buffers grow. Once you set one, it never grows again."
	return nil
}

// unread is how many bytes the kernel takes from us for a peer who does not read.
func unread(ctx context.Context, size int) (int, error) {
	pair, err := experiment.Loopback(ctx)
	if err != nil {
		return 0, err
	}
	defer pair.Close()
	if size != 0 {
		if err := pair.Server.SetWriteBuffer(size); err != nil {
			return 0, err
		}
	}
	return fillUp(pair.Server)
}

// receive connects to a sender with a receive buffer of that size, or the kernel's own if
// it is 0, and takes all that comes. It returns the size that the kernel made of it.
func receive(ctx context.Context, link *lab.Link, size int) (got int, took time.Duration, err error) {
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return 0, 0, err
	}
	sent := make(chan struct{})
	defer func() { listener.Close(); <-sent }()
	go func() {
		defer close(sent)
		conn, err := listener.Accept()
		if err != nil {
			return // called off
		}
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		conn.Write(make([]byte, download)) // what the client misses of it, the client says
	}()
	var client *socket.Socket
	err = link.Client.Do(func() (err error) {
		client, err = socket.New(socket.IPv4, socket.Stream, 0)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	defer client.Close() // an error once package net has it, and harmless
	// The size has to stand before connect: the handshake tells the peer how far the
	// window may ever open (RFC 7323, section 2.2).
	if size != 0 {
		if err := client.SetReceiveBuffer(size); err != nil {
			return 0, 0, err
		}
	}
	if got, err = client.ReceiveBuffer(); err != nil {
		return 0, 0, err
	}
	if err := client.Connect(netip.MustParseAddrPort(listener.Addr().String())); err != nil {
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
