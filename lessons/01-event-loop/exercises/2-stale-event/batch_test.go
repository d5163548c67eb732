//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package staleevent

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/exercise"
)

func TestAnOldEventHitsNoNewcomer(t *testing.T) {
	exercise.Check(t, func() error {
		fds, at, err := sock.Listen(context.Background(), "127.0.0.1:0", 1)
		if err != nil {
			return err
		}
		h := &house{loop: loop{Listener: fds[0], Conns: make(map[int]*Conn)}, address: at.String()}
		defer h.close()
		return h.check()
	})
}

func (h *house) check() error {
	bystander, bystanders, err := h.enter()
	if err != nil {
		return err
	}
	rude, old, err := h.enter()
	if err != nil {
		return err
	}
	gone := h.Conns[old]

	// One client resets its connection, another one knocks. kqueue reports a client once
	// for each direction, and its two events need not be neighbours.
	rude.SetLinger(0)
	rude.Close()
	newcomer, err := h.dial()
	if err != nil {
		return err
	}
	if err := errors.Join(readable(old), readable(h.Listener)); err != nil {
		return err
	}
	h.handle([]poller.Event{
		{FD: old, Readable: true, ReadClosed: true, Error: true},
		{FD: h.Listener, Readable: true},
		{FD: old, Writable: true, WriteClosed: true, Error: true},
	})
	if h.Conns[old] == gone {
		return errors.New("a client has gone, and its descriptor stays open: a thousand such clients later nobody can connect")
	}
	number := h.newest(bystanders)
	if number < 0 {
		return fmt.Errorf("a stale event closes the newcomer: it was meant for the client that had the number %d before", old)
	}
	if err := h.echo(newcomer, number); err != nil {
		return fmt.Errorf("the newcomer is not answered: %w", err)
	}
	if err := h.echo(bystander, bystanders); err != nil {
		return fmt.Errorf("a client that had nothing to do with it is not answered: %w", err)
	}

	// The number is free, so the next client has it, in a batch of its own.
	next, number, err := h.enter()
	if err != nil {
		return err
	}
	if err := h.echo(next, number); err != nil {
		return fmt.Errorf("the next client that has the number of one who left is not answered: %w", err)
	}
	return nil
}

// A house is the loop and, outside, its clients.
type house struct {
	loop
	address string
	clients []*net.TCPConn
}

func (h *house) dial() (*net.TCPConn, error) {
	conn, err := net.Dial("tcp", h.address)
	if err != nil {
		return nil, err
	}
	client := conn.(*net.TCPConn)
	h.clients = append(h.clients, client)
	return client, nil
}

// enter lets one client in, and returns the number that it has inside.
func (h *house) enter() (client *net.TCPConn, fd int, err error) {
	var inside []int
	for fd := range h.Conns {
		inside = append(inside, fd)
	}
	// The client's own socket is in this process as well. The number that is free first
	// shall be the one inside.
	first, _, err := sock.Listen(context.Background(), "127.0.0.1:0", 1)
	if err != nil {
		return nil, -1, err
	}
	client, err = h.dial()
	sock.Close(first[0])
	if err != nil {
		return nil, -1, err
	}
	if err := readable(h.Listener); err != nil {
		return nil, -1, err
	}
	h.handle([]poller.Event{{FD: h.Listener, Readable: true}})
	if fd = h.newest(inside...); fd < 0 {
		return nil, -1, errors.New("a client waits and is not let in: the listener had an event")
	}
	return client, fd, nil
}

// newest is the number of the client that is in the house beside these, or -1.
func (h *house) newest(known ...int) int {
next:
	for fd := range h.Conns {
		for _, k := range known {
			if fd == k {
				continue next
			}
		}
		return fd
	}
	return -1
}

// echo lets a client speak, reports that to the loop, and reads the answer.
func (h *house) echo(client *net.TCPConn, fd int) error {
	const message = "hello, wire\n"
	client.SetDeadline(time.Now().Add(exercise.Timeout()))
	if _, err := io.WriteString(client, message); err != nil {
		return err
	}
	if err := readable(fd); err != nil {
		return err
	}
	h.handle([]poller.Event{{FD: fd, Readable: true}})
	answer := make([]byte, len(message))
	if _, err := io.ReadFull(client, answer); err != nil {
		return err
	}
	if string(answer) != message {
		return fmt.Errorf("it says %q and hears %q", message, answer)
	}
	return nil
}

// readable waits until what the peer did has arrived.
func readable(fd int) error {
	p, err := poller.New()
	if err != nil {
		return err
	}
	defer p.Close()
	if err := p.Add(fd, poller.Readable); err != nil {
		return err
	}
	n, err := p.Wait(make([]poller.Event, 1), exercise.Timeout())
	if n == 0 && err == nil {
		err = fmt.Errorf("nothing arrives at descriptor %d", fd)
	}
	return err
}

func (h *house) close() {
	for _, client := range h.clients {
		client.Close()
	}
	for fd := range h.Conns {
		sock.Close(fd)
	}
	sock.Close(h.Listener)
}
