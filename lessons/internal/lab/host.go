package lab

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"syscall"
)

// A Host is one end of a link, or one of a segment. The sockets that its methods make are ordinary ones, of
// the kernel and of package net; they live on this host and see no other network.
// Addresses are HOST:PORT, where HOST is an IP address or the name of a host: client and
// server on a link, host1, host2 and so on on a segment. A name stands for the host's IPv6
// address where the network is tcp6 or udp6, otherwise for its IPv4 address.
type Host struct {
	Name  string
	Addr  netip.Addr // IPv4
	Addr6 netip.Addr

	// Congestion names the congestion control of TCP sockets that are made from now on
	// (TCP_CONGESTION in tcp(7)): cubic at first. Set it before you share the host.
	Congestion string

	names map[string]*Host // of those on the same network, this one included
	system
}

// DialContext is net.Dialer.DialContext on this host.
func (h *Host) DialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	dialer := net.Dialer{Control: h.control}
	err = h.Do(func() error {
		conn, err = dialer.DialContext(ctx, network, h.resolve(network, address))
		return err
	})
	return conn, err
}

// Listen is net.Listen on this host.
func (h *Host) Listen(network, address string) (listener net.Listener, err error) {
	config := net.ListenConfig{Control: h.control}
	config.SetMultipathTCP(false) // plain TCP: Go's default on Linux refuses some options
	err = h.Do(func() error {
		listener, err = config.Listen(context.Background(), network, h.resolve(network, address))
		return err
	})
	return listener, err
}

// ListenPacket is net.ListenPacket on this host. For UDP the result is a *net.UDPConn.
func (h *Host) ListenPacket(network, address string) (conn net.PacketConn, err error) {
	err = h.Do(func() error {
		conn, err = net.ListenPacket(network, h.resolve(network, address))
		return err
	})
	return conn, err
}

// resolve puts a host's address in place of its name.
func (h *Host) resolve(network, address string) string {
	name, port, err := net.SplitHostPort(address)
	if err != nil || h.names[name] == nil {
		return address
	}
	if strings.HasSuffix(network, "6") {
		return net.JoinHostPort(h.names[name].Addr6.String(), port)
	}
	return net.JoinHostPort(h.names[name].Addr.String(), port)
}

// Congestion tells which congestion control a TCP connection uses.
func Congestion(conn syscall.Conn) (name string, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return "", err
	}
	if controlling := raw.Control(func(fd uintptr) { name, err = congestion(int(fd)) }); controlling != nil {
		return "", controlling
	}
	return name, err
}
