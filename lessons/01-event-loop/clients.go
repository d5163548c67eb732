package main

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
	message       = "hello, wire\n"
	answerTimeout = 10 * time.Second
)

// A client is the other end: an ordinary connection of package net.
type client struct{ *net.TCPConn }

type clients []client

func dial(ctx context.Context, to netip.AddrPort) (client, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", to.String())
	if err != nil {
		return client{}, err
	}
	c := client{conn.(*net.TCPConn)}
	return c, c.SetDeadline(time.Now().Add(answerTimeout))
}

func connect(ctx context.Context, to netip.AddrPort, n int) (clients, error) {
	var all clients
	for range n {
		c, err := dial(ctx, to)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	return all, nil
}

func (all clients) close() {
	for _, c := range all {
		c.Close()
	}
}

// echo says the twelve bytes and waits until they are back.
func (c client) echo() (time.Duration, error) {
	begun := time.Now()
	if _, err := io.WriteString(c, message); err != nil {
		return 0, err
	}
	var answer [len(message)]byte
	if _, err := io.ReadFull(c, answer[:]); err != nil {
		return 0, err
	}
	if string(answer[:]) != message {
		return 0, fmt.Errorf("sent %q, got %q back", message, answer)
	}
	return time.Since(begun), nil
}

// reset speaks and closes so that the kernel sends RST: whatever is under way is lost.
func (c client) reset() error {
	if _, err := io.WriteString(c, message); err != nil {
		return err
	}
	if err := c.SetLinger(0); err != nil {
		return err
	}
	return c.Close()
}

// send writes n bytes that receive can recognise.
func (c client) send(n int64) error {
	_, err := io.CopyN(c, noise(), n)
	return err
}

func (c client) receive(n int64) error {
	want, got := noise(), make([]byte, 64<<10)
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

func noise() io.Reader { return rand.NewChaCha8([32]byte([]byte("the same bytes on each occasion."))) }
