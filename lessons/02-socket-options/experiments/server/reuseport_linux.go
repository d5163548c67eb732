package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// Reuseport lets four listeners have one address, and counts whom the kernel gives to each.
var Reuseport = experiment.Experiment{
	Name:     "reuseport",
	Subjects: []string{"SO_REUSEPORT"},
	About:    "Four listeners on one port, and who gets the clients",
	Do:       reuseport,
}

var sharing = option{"SO_REUSEPORT", unix.SOL_SOCKET, unix.SO_REUSEPORT, 1}

func reuseport(ctx context.Context, r *experiment.Report) (err error) {
	const clients = 400
	group, err := share(ctx, 4)
	if err != nil {
		return err
	}
	counts, err := spread(ctx, group, clients)
	if err != nil {
		return err
	}
	r.Shown = true
	for i, n := range counts {
		r.Add(fmt.Sprintf("clients of listener %d", i+1), n)
		r.Shown = r.Shown && n > clients/len(counts)/2 && n < clients/len(counts)*2
	}
	alone, err := listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer alone.Close()
	_, refused := listen(ctx, "tcp4", alone.Addr().String())
	r.Add("two listeners without the option", refused)
	r.Shown = r.Shown && errors.Is(refused, unix.EADDRINUSE)
	r.Says = "The kernel hashes a client's address and port, and the hash picks the listener: about the same number for each, never exactly."
	return nil
}

// share makes listeners of one address.
func share(ctx context.Context, size int) (group []net.Listener, err error) {
	address := "127.0.0.1:0"
	for range size {
		listener, err := listen(ctx, "tcp4", address, sharing)
		if err != nil {
			closeAll(group)
			return nil, err
		}
		group = append(group, listener)
		address = listener.Addr().String()
	}
	return group, nil
}

// spread counts how many clients each listener gets, and closes all listeners.
func spread(ctx context.Context, group []net.Listener, clients int) ([]int, error) {
	counts := make([]int, len(group))
	var accepting sync.WaitGroup
	defer accepting.Wait()
	defer closeAll(group)
	for i, listener := range group {
		accepting.Go(func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				counts[i]++
				conn.Close()
			}
		})
	}
	for range clients {
		if err := visit(ctx, group[0].Addr().String()); err != nil {
			return nil, err
		}
	}
	closeAll(group)
	accepting.Wait()
	return counts, nil
}

// visit connects and stays until the server has accepted the connection and closed it.
func visit(ctx context.Context, address string) error {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp4", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer untilDone(ctx, conn)()
	_, err = io.Copy(io.Discard, conn)
	return err
}

func closeAll[C io.Closer](all []C) {
	for _, c := range all {
		c.Close()
	}
}
