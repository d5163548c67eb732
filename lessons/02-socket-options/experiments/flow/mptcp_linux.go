package flow

import (
	"context"
	"errors"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/02-socket-options/socket"
)

// MPTCP asks which protocol a listener of package net really has.
var MPTCP = experiments.Experiment{
	Name:    "mptcp",
	Options: []string{"SO_PROTOCOL", "TCP_USER_TIMEOUT"},
	About:   "The protocol behind net.Listen, and what it refuses",
	Do:      mptcp,
}

func mptcp(ctx context.Context) (report experiments.Report, err error) {
	if s, err := socket.New(socket.IPv4, socket.Stream, unix.IPPROTO_MPTCP); err != nil {
		return report, &experiments.Missing{
			What: "MPTCP: " + err.Error(), Remedy: "a kernel with CONFIG_MPTCP, and: sudo sysctl net.mptcp.enabled=1",
		}
	} else {
		s.Close()
	}
	var usual, plain net.ListenConfig
	plain.SetMultipathTCP(false)
	a, err := examine(ctx, usual)
	if err != nil {
		return report, err
	}
	b, err := examine(ctx, plain)
	if err != nil {
		return report, err
	}
	report.Add("net.Listen, protocol", a.protocol)
	report.Add("TCP_USER_TIMEOUT on it", answer(a.refused))
	report.Add("a client that offers MPTCP gets it", a.multipath)
	report.Add("SetMultipathTCP(false), protocol", b.protocol)
	report.Add("TCP_USER_TIMEOUT on it", answer(b.refused))
	report.Add("a client that offers MPTCP gets it", b.multipath)
	report.Shown = a.protocol == unix.IPPROTO_MPTCP && a.multipath && b.protocol == unix.IPPROTO_TCP && !b.multipath && b.refused == nil
	report.Says = "Since Go 1.24 a listener on Linux speaks Multipath TCP, and falls back to TCP for each client that does not ask for it. The listener itself stays what it is."
	return report, nil
}

type examined struct {
	protocol  int
	refused   error // what the listener answers to TCP_USER_TIMEOUT
	multipath bool  // what a client has got that offers it
}

func examine(ctx context.Context, config net.ListenConfig) (e examined, err error) {
	listener, err := config.Listen(ctx, "tcp4", "127.0.0.1:0")
	if err != nil {
		return e, err
	}
	defer listener.Close()
	s, err := socket.From(listener.(syscall.Conn))
	if err != nil {
		return e, err
	}
	defer s.Close()
	if e.protocol, err = s.Get("SO_PROTOCOL", unix.SOL_SOCKET, unix.SO_PROTOCOL); err != nil {
		return e, err
	}
	e.refused = s.SetUserTimeout(time.Minute)

	p, err := meet(ctx, listener, func(address string) (net.Conn, error) {
		var dialer net.Dialer
		dialer.SetMultipathTCP(true)
		return dialer.DialContext(ctx, "tcp4", address)
	})
	if err != nil {
		return e, err
	}
	defer p.Close()
	e.multipath, err = p.client.MultipathTCP()
	return e, err
}

// answer is an errno in words, or that there was none.
func answer(err error) any {
	if err == nil {
		return "accepted"
	}
	if call, ok := errors.AsType[*os.SyscallError](err); ok {
		return call.Err
	}
	return err
}
