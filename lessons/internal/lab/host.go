package lab

import (
	"context"
	"net"
	"net/netip"
	"syscall"
)

// A Host is one end of the link. The sockets that its methods make are ordinary ones, of
// the kernel and of package net; they live on this host and see no other network.
// Addresses are HOST:PORT, where HOST is an IPv4 address or one of the names client and
// server.
type Host struct {
	Name string
	Addr netip.Addr

	// Congestion names the congestion control of TCP sockets that are made from now on
	// (TCP_CONGESTION in tcp(7)): cubic at first. Set it before you share the host.
	Congestion string

	system
}

// DialContext is net.Dialer.DialContext on this host.
func (h *Host) DialContext(ctx context.Context, network, address string) (conn net.Conn, err error) {
	dialer := net.Dialer{Control: h.control}
	err = h.Do(func() error {
		conn, err = dialer.DialContext(ctx, network, byName(address))
		return err
	})
	return conn, err
}

// Listen is net.Listen on this host.
func (h *Host) Listen(network, address string) (listener net.Listener, err error) {
	config := net.ListenConfig{Control: h.control}
	config.SetMultipathTCP(false) // plain TCP: Go's default on Linux refuses some options
	err = h.Do(func() error {
		listener, err = config.Listen(context.Background(), network, byName(address))
		return err
	})
	return listener, err
}

// ListenPacket is net.ListenPacket on this host. For UDP the result is a *net.UDPConn.
func (h *Host) ListenPacket(network, address string) (conn net.PacketConn, err error) {
	err = h.Do(func() error {
		conn, err = net.ListenPacket(network, byName(address))
		return err
	})
	return conn, err
}

// byName puts a host's address in place of its name.
func byName(address string) string {
	name, port, err := net.SplitHostPort(address)
	switch {
	case err == nil && name == "client":
		return net.JoinHostPort(ClientAddr.String(), port)
	case err == nil && name == "server":
		return net.JoinHostPort(ServerAddr.String(), port)
	}
	return address
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
