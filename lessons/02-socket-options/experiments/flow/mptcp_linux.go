package flow

import (
	"context"
	"net"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
)

// MPTCP asks which protocol a listener of package net really has.
var MPTCP = experiment.Experiment{
	Name:     "mptcp",
	Subjects: []string{"SO_PROTOCOL", "TCP_USER_TIMEOUT"},
	About:    "The protocol behind net.Listen, and what it refuses",
	Do:       mptcp,
}

func mptcp(ctx context.Context, r *experiment.Report) (err error) {
	if s, err := socket.New(socket.IPv4, socket.Stream, unix.IPPROTO_MPTCP); err != nil {
		return &experiment.Unavailable{
			Why: "MPTCP: " + err.Error(), Remedy: "a kernel with CONFIG_MPTCP, and: sudo sysctl net.mptcp.enabled=1",
		}
	} else {
		s.Close()
	}
	var usual, plain net.ListenConfig
	plain.SetMultipathTCP(false)
	a, err := examine(ctx, usual)
	if err != nil {
		return err
	}
	b, err := examine(ctx, plain)
	if err != nil {
		return err
	}
	r.Add("net.Listen, protocol", a.protocol)
	r.Add("TCP_USER_TIMEOUT on it", verdict(a.refused))
	r.Add("a client that offers MPTCP gets it", a.multipath)
	r.Add("SetMultipathTCP(false), protocol", b.protocol)
	r.Add("TCP_USER_TIMEOUT on it", verdict(b.refused))
	r.Add("a client that offers MPTCP gets it", b.multipath)
	r.Shown = a.protocol == unix.IPPROTO_MPTCP && a.multipath && b.protocol == unix.IPPROTO_TCP && !b.multipath && b.refused == nil
	r.Says = "Since Go 1.24 a listener on Linux speaks Multipath TCP, and falls back to TCP for each client that does not ask for it. The listener itself stays what it is."
	return nil
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

	var offers net.Dialer
	offers.SetMultipathTCP(true)
	p, err := experiment.Meet(ctx, listener, offers.DialContext)
	if err != nil {
		return e, err
	}
	defer p.Close()
	e.multipath, err = p.Client.MultipathTCP()
	return e, err
}

// verdict is what the kernel said to a call, or that it had nothing against it.
func verdict(err error) any {
	if err == nil {
		return "accepted"
	}
	return err
}
