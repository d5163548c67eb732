package peers

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// Replies asks everybody, from a socket that is connected to everybody and from one that is
// not.
var Replies = experiment.Experiment{
	Name:     "replies",
	Subjects: []string{"connect", "getsockname"},
	About:    "A question to everybody, and who hears the answer",
	Do:       replies,
}

func replies(ctx context.Context, r *experiment.Report) error {
	var conns [4]*net.UDPConn
	for i := range conns {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4zero})
		if err != nil {
			return err
		}
		defer conn.Close()
		defer context.AfterFunc(ctx, func() { conn.Close() })()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		conns[i] = conn
	}
	server, fence, open, connected := conns[0], conns[1], conns[2], conns[3]
	here := netip.MustParseAddr("127.0.0.1")
	everybody := netip.AddrPortFrom(netip.MustParseAddr("127.255.255.255"), port(server))

	if _, err := open.WriteToUDPAddrPort([]byte("who is there?"), everybody); err != nil {
		return err
	}
	openHears, err := answered(server, open, fence, here)
	if err != nil {
		return err
	}
	var names [3]netip.AddrPort
	for i, change := range []func() error{
		func() error { return nil },
		func() error { return connect(connected, everybody) },
		func() error { return disconnect(connected) },
	} {
		if err := change(); err != nil {
			return err
		}
		if names[i], err = localAddr(connected); err != nil {
			return err
		}
	}
	if err := connect(connected, everybody); err != nil {
		return err
	}
	if _, err := connected.Write([]byte("who is there?")); err != nil {
		return err
	}
	connectedHears, err := answered(server, connected, fence, here)
	if err != nil {
		return err
	}
	r.Add("the answer is heard, not connected", openHears)
	r.Add("the answer is heard, connected", connectedHears)
	r.Add("getsockname before connect", names[0])
	r.Add("getsockname after connect", names[1])
	r.Add("getsockname after connect to AF_UNSPEC", names[2])
	r.Shown = openHears && !connectedHears && names[0].Addr().IsUnspecified() && names[1].Addr() == here && names[2].Addr().IsUnspecified()
	r.Says = "The answer comes from a host. Nobody answers as 127.255.255.255, which is the only peer that this connected socket listens to."
	return nil
}

func port(conn *net.UDPConn) uint16 { return conn.LocalAddr().(*net.UDPAddr).AddrPort().Port() }

// answered lets the server answer one question, and tells whether the answer has reached the
// one who asked. A datagram to somebody else that comes behind it says when to look.
func answered(server, asker, fence *net.UDPConn, here netip.Addr) (bool, error) {
	_, from, err := server.ReadFromUDPAddrPort(make([]byte, 100))
	if err != nil {
		return false, err
	}
	for _, to := range []netip.AddrPort{from, netip.AddrPortFrom(here, port(fence))} {
		if _, err := server.WriteToUDPAddrPort([]byte("I am"), to); err != nil {
			return false, err
		}
	}
	if _, err := fence.Read(make([]byte, 100)); err != nil {
		return false, err
	}
	err = experiment.Control(asker, func(fd int) error {
		_, _, err := unix.Recvfrom(fd, make([]byte, 100), unix.MSG_DONTWAIT)
		return err
	})
	if errors.Is(err, unix.EAGAIN) {
		return false, nil
	}
	return err == nil, err
}
