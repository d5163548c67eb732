// Package gro gives quic-go what it has not: generic receive offload. The kernel joins
// datagrams of one sender that come together, and one read brings them all (UDP_GRO in
// udp(7), Linux 5.0).
package gro

import (
	"encoding/binary"
	"net"
	"os"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"
)

// A Conn is a UDP socket for the Conn of a quic.Transport, which finds its ReadBatch. Who
// reads in another way gets several datagrams in one.
type Conn struct {
	*net.UDPConn

	buffer  [1 << 16]byte // no IP packet is longer
	rest    []byte        // what has been read and not yet handed out
	size    int           // bytes of each datagram in it; the last may be shorter
	control [128]byte     // as much as quic-go has room for
	oob     []byte        // what the kernel says about all of them: ECN, destination
	from    *net.UDPAddr
}

// Wrap turns GRO on. Where the system has none, the socket comes back as it is.
func Wrap(socket *net.UDPConn) (net.PacketConn, error) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, err
	}
	var failed error
	if err := raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_GRO, 1)
	}); err != nil {
		return nil, err
	}
	switch failed {
	case nil:
		return &Conn{UDPConn: socket}, nil
	case unix.ENOPROTOOPT:
		return socket, nil
	}
	return nil, os.NewSyscallError("setsockopt UDP_GRO", failed)
}

// ReadBatch hands out the datagrams of one read, one a message. It waits only if none is
// left over. One goroutine may call it, and flags must be 0, both of which is so in quic-go.
func (c *Conn) ReadBatch(messages []ipv4.Message, flags int) (int, error) {
	if len(c.rest) == 0 {
		if err := c.read(); err != nil {
			return 0, err
		}
	}
	for i := range messages {
		m, one := &messages[i], c.rest[:min(c.size, len(c.rest))]
		m.N, m.NN = copy(m.Buffers[0], one), copy(m.OOB, c.oob)
		m.Addr, m.Flags = c.from, 0
		if c.rest = c.rest[len(one):]; len(c.rest) == 0 {
			return i + 1, nil // a second read could wait
		}
	}
	return len(messages), nil
}

func (c *Conn) read() error {
	n, controls, _, from, err := c.ReadMsgUDPAddrPort(c.buffer[:], c.control[:])
	if err != nil {
		return err
	}
	c.rest, c.size, c.oob, c.from = c.buffer[:n], n, c.control[:controls], net.UDPAddrFromAddrPort(from)
	for oob := c.oob; len(oob) > 0; {
		header, body, remainder, err := unix.ParseOneSocketControlMessage(oob)
		if err != nil {
			return os.NewSyscallError("recvmsg: control message", err)
		}
		if header.Level == unix.IPPROTO_UDP && header.Type == unix.UDP_GRO && len(body) == 4 {
			c.size = int(binary.NativeEndian.Uint32(body)) // only if there are several
		}
		oob = remainder
	}
	return nil
}
