package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type twelveCommand struct{}

// oneWay is the delay of the link, and by far the largest part of what is measured.
const oneWay = 25 * time.Millisecond

// Run says the twelve bytes over a long link: in one write, and in two with the bit this
// way and that.
func (twelveCommand) Run(ctx context.Context) error {
	if err := lab.Enter(); err != nil {
		return err
	}
	link, err := lab.Open(lab.Way{Delay: oneWay}, lab.Way{Delay: oneWay})
	if err != nil {
		return err
	}
	defer link.Close()
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	go echoLines(listener)
	for _, way := range []struct {
		name    string
		nodelay bool
		parts   []string
	}{
		{"one write", true, []string{"hello, wire\n"}},
		{"two writes, TCP_NODELAY 1", true, []string{"hello, ", "wire\n"}},
		{"two writes, TCP_NODELAY 0", false, []string{"hello, ", "wire\n"}},
	} {
		took, packets, bytes, err := sayTwelve(ctx, link, listener.Addr().String(), way.nodelay, way.parts)
		if err != nil {
			return err
		}
		fmt.Printf("TCP, %-27s %d packets, %d bytes on the wire, %s, %.0f round trips before the answer\n",
			way.name+":", packets, bytes, stage.Time(took), float64(took)/float64(2*oneWay))
	}
	fmt.Println("A packet more or less is an ACK: it rode on a segment, or went by itself.")
	return nil
}

// sayTwelve connects, says the parts, and reads the answer. It counts until the link has
// been silent for longer than any acknowledgement is delayed.
func sayTwelve(ctx context.Context, link *lab.Link, address string, nodelay bool, parts []string) (took time.Duration, packets, bytes int, err error) {
	begun := time.Now()
	before := total(link)
	conn, err := link.Client.DialContext(ctx, "tcp4", address)
	if err != nil {
		return 0, 0, 0, err
	}
	defer conn.Close()
	if err := conn.(*net.TCPConn).SetNoDelay(nodelay); err != nil {
		return 0, 0, 0, err
	}
	for _, part := range parts {
		if _, err := io.WriteString(conn, part); err != nil {
			return 0, 0, 0, err
		}
	}
	if _, err := io.ReadFull(conn, make([]byte, len("hello, wire\n"))); err != nil {
		return 0, 0, 0, err
	}
	took = time.Since(begun)
	quiet(ctx, link)
	after := total(link)
	return took, after.Packets - before.Packets, after.Bytes - before.Bytes, ctx.Err()
}

func total(link *lab.Link) lab.Counts {
	there, back := link.ToServer.Counts(), link.ToClient.Counts()
	return lab.Counts{Packets: there.Packets + back.Packets, Bytes: there.Bytes + back.Bytes}
}

// quiet waits until no packet has set out for a quarter of a second.
func quiet(ctx context.Context, link *lab.Link) {
	const silence = 250 * time.Millisecond
	var last atomic.Int64
	last.Store(time.Now().UnixNano())
	defer link.Tap(func(p lab.Packet) { last.Store(p.Time.UnixNano()) })()
	for {
		left := silence - time.Since(time.Unix(0, last.Load()))
		if left <= 0 {
			return
		}
		select {
		case <-time.After(left):
		case <-ctx.Done():
			return
		}
	}
}

// echoLines answers each line with itself, once the whole line is there.
func echoLines(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			line := make([]byte, len("hello, wire\n"))
			for {
				if _, err := io.ReadFull(conn, line); err != nil {
					return
				}
				conn.Write(line)
			}
		}()
	}
}
