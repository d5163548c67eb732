// Package flow has experiments with socket options: those about how bytes flow.
package flow

import (
	"context"
	"errors"
	"net"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/internal/lab"
)

// All lists them.
func All() []experiments.Experiment {
	return []experiments.Experiment{
		TCPInfo, Congestion, QuickAck, Unsent, ZeroCopy, MPTCP,
	}
}

// A pair is the two ends of a connection. Either end closes when its context is over.
type pair struct {
	client, server *net.TCPConn
	watch          func() bool
}

// connect opens a connection over a link.
func connect(ctx context.Context, link *lab.Link) (*pair, error) {
	listener, err := link.Server.Listen("tcp4", ":0")
	if err != nil {
		return nil, err
	}
	return meet(ctx, listener, func(address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address)
		if err != nil {
			return nil, err
		}
		return link.Client.DialContext(ctx, "tcp4", net.JoinHostPort("server", port))
	})
}

// meet dials a listener, accepts, and closes the listener.
func meet(ctx context.Context, listener net.Listener, dial func(address string) (net.Conn, error)) (*pair, error) {
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	client, err := dial(listener.Addr().String())
	if err != nil {
		return nil, err
	}
	server, err := listener.Accept()
	if err != nil {
		return nil, errors.Join(err, client.Close())
	}
	p := &pair{client: client.(*net.TCPConn), server: server.(*net.TCPConn)}
	p.watch = context.AfterFunc(ctx, func() { p.client.Close(); p.server.Close() })
	return p, nil
}

// Close closes both ends at once: what is still under way does not matter any more.
func (p *pair) Close() {
	p.watch()
	p.client.SetLinger(0)
	p.client.Close()
	p.server.Close()
}

// onSocket calls f with a connection's descriptor.
func onSocket(conn *net.TCPConn, f func(fd int) error) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	controlling := raw.Control(func(fd uintptr) { err = f(int(fd)) })
	if controlling != nil {
		return controlling
	}
	return err
}

// steadily runs a measurement, and does so again if a clock came late meanwhile: then the
// machine was so busy that the packets did, too, and what was measured is the machine.
func steadily(measure func() (experiments.Report, error)) (report experiments.Report, err error) {
	for range 4 {
		lateness := watchClock()
		report, err = measure()
		if lateness() < 50*time.Millisecond || err != nil {
			break
		}
	}
	return report, err
}

// watchClock watches a clock until it is asked by how much a tick has been late.
func watchClock() (most func() time.Duration) {
	const tick = 10 * time.Millisecond
	done, found := make(chan struct{}), make(chan time.Duration)
	go func() {
		clock := time.NewTicker(tick)
		defer clock.Stop()
		latest, last := time.Duration(0), time.Now()
		for {
			select {
			case <-clock.C:
				latest = max(latest, time.Since(last)-tick)
				last = time.Now()
			case <-done:
				found <- latest
				return
			}
		}
	}()
	return func() time.Duration { close(done); return <-found }
}
