// Package peers has experiments with sockets that have one peer, and with those that have
// many.
package peers

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/internal/experiment"
)

// SharedBuffer receives five messages for readers that come to them later.
var SharedBuffer = experiment.Experiment{
	Name:     "shared-buffer",
	Subjects: []string{"ReadFrom"},
	About:    "Five messages, five readers, one buffer",
	Do:       sharedBuffer,
}

func sharedBuffer(ctx context.Context, r *experiment.Report) error {
	var pitfall onlyBuffer
	broken, err := scenario(ctx, pitfall.broken)
	if err != nil {
		return err
	}
	fixed, err := scenario(ctx, pitfall.fixed)
	if err != nil {
		return err
	}
	r.Add("each gets the buffer", broken)
	r.Add("each gets a copy", fixed)
	r.Shown = broken == "4 4 4 4 4" && fixed == "0 1 2 3 4"
	r.Says = "All five slices are the same bytes, and these are what came last."
	return nil
}

const messages = 5

type onlyBuffer struct{}

func (onlyBuffer) broken(conn net.PacketConn) (received [][]byte, err error) {
	buf := make([]byte, 1500)
	for range messages {
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			return nil, err
		}
		received = append(received, buf[:n])
	}
	return received, nil
}

func (onlyBuffer) fixed(conn net.PacketConn) (received [][]byte, err error) {
	buf := make([]byte, 1500)
	for range messages {
		n, _, err := conn.ReadFrom(buf)
		if err != nil {
			return nil, err
		}
		received = append(received, slices.Clone(buf[:n])) // of its own length
	}
	return received, nil
}

// scenario sends message 0 to message 4, and tells what readers find who begin to read once
// all have come.
func scenario(ctx context.Context, receive func(net.PacketConn) ([][]byte, error)) (string, error) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for i := range messages {
		if _, err := fmt.Fprintf(sendTo{conn, conn.LocalAddr()}, "message %d", i); err != nil {
			return "", err
		}
	}
	received, err := receive(conn)
	if err != nil {
		return "", err
	}
	var numbers []string
	for _, message := range received {
		numbers = append(numbers, strings.TrimPrefix(string(message), "message "))
	}
	return strings.Join(numbers, " "), nil
}

// sendTo is a writer that sends each write as a datagram.
type sendTo struct {
	net.PacketConn
	to net.Addr
}

func (s sendTo) Write(b []byte) (int, error) { return s.WriteTo(b, s.to) }
