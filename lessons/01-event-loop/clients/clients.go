// Package clients is the other end of an echo: ordinary connections of package net, which
// say twelve bytes, send without reading, or hang up in the worst way.
package clients

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"time"
)

const (
	Message = "hello, wire\n"
	Timeout = time.Minute // of everything that a client does, together
)

// A Client is one connection.
type Client struct{ *net.TCPConn }

// Dial connects a client.
func Dial(ctx context.Context, to netip.AddrPort) (Client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return Client{}, err
	}
	c := Client{conn.(*net.TCPConn)}
	return c, c.SetDeadline(time.Now().Add(Timeout))
}

// Connect connects n clients. Beside an error are those that it has connected.
func Connect(ctx context.Context, to netip.AddrPort, n int) ([]Client, error) {
	var all []Client
	for range n {
		c, err := Dial(ctx, to)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Echo says the twelve bytes and waits until they are back.
func (c Client) Echo() (time.Duration, error) {
	begun := time.Now()
	if _, err := io.WriteString(c, Message); err != nil {
		return 0, err
	}
	var answer [len(Message)]byte
	if _, err := io.ReadFull(c, answer[:]); err != nil {
		return 0, err
	}
	if string(answer[:]) != Message {
		return 0, fmt.Errorf("sent %q, got %q back", Message, answer)
	}
	return time.Since(begun), nil
}

// Reset speaks and closes so that the kernel sends RST: whatever is under way is lost.
func (c Client) Reset() error {
	if _, err := io.WriteString(c, Message); err != nil {
		return err
	}
	if err := c.SetLinger(0); err != nil {
		return err
	}
	return c.Close()
}

// Send writes n bytes that Receive can recognise.
func (c Client) Send(n int64) error {
	_, err := io.CopyN(c, Noise(), n)
	return err
}

// Receive reads n bytes and checks that they are those of Send.
func (c Client) Receive(n int64) error {
	want, got := Noise(), make([]byte, 64<<10)
	expected := make([]byte, len(got))
	for n > 0 {
		size, err := c.Read(got[:min(n, int64(len(got)))])
		if err != nil {
			return err
		}
		io.ReadFull(want, expected[:size])
		if !bytes.Equal(got[:size], expected[:size]) {
			return errors.New("the bytes that came back are not those that were sent")
		}
		n -= int64(size)
	}
	return nil
}

// Noise is the bytes that Send sends, without end.
func Noise() io.Reader { return rand.NewChaCha8([32]byte([]byte("the same bytes on each occasion."))) }
