package sniffer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/receive"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/packet"
)

// A Sniffer is a packet socket (packet(7)). It is for one goroutine.
type Sniffer struct {
	Link packet.Link // what its packets begin with

	socket   *receive.Socket
	loopback bool
	buffer   []byte
}

// Open begins to listen on an interface. Without CAP_NET_RAW the error is an
// *experiment.Unavailable.
func Open(name string, filter Filter) (*Sniffer, error) {
	ifi, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("interface %s: %w", name, err)
	}
	// Protocol 0 receives nothing. So no packet slips in before the filter is there.
	socket, err := receive.New(unix.AF_PACKET, unix.SOCK_RAW, 0)
	if errors.Is(err, os.ErrPermission) {
		return nil, &experiment.Unavailable{Why: "a packet socket: " + err.Error(), Remedy: "run it as root, or give it CAP_NET_RAW"}
	}
	if err != nil {
		return nil, err
	}
	s := &Sniffer{socket: socket, buffer: make([]byte, keep)}
	if err := socket.Control(func(fd int) error { return s.prepare(fd, ifi.Index, filter) }); err != nil {
		return nil, errors.Join(fmt.Errorf("interface %s: %w", name, err), socket.Close())
	}
	return s, nil
}

func (s *Sniffer) prepare(fd, index int, filter Filter) error {
	// Binding to protocol 0 names the interface and still receives nothing.
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: index}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	bound, err := unix.Getsockname(fd)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	link, _ := bound.(*unix.SockaddrLinklayer)
	switch {
	case link != nil && (link.Hatype == unix.ARPHRD_ETHER || link.Hatype == unix.ARPHRD_LOOPBACK):
		s.Link, s.loopback = packet.Ethernet, link.Hatype == unix.ARPHRD_LOOPBACK
	case link != nil && (link.Hatype == unix.ARPHRD_NONE || link.Hatype == unix.ARPHRD_PPP):
		s.Link = packet.RawIP
	default:
		return errors.New("its packets begin neither with Ethernet nor with IP")
	}
	if err := attach(fd, filter.program(s.Link)); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return os.NewSyscallError("setsockopt SO_TIMESTAMPNS", err)
	}
	everything := binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.ETH_P_ALL)) // htons
	return os.NewSyscallError("bind", unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: index, Protocol: everything}))
}

// attach hands a program to the kernel, which checks that it ends (SO_ATTACH_FILTER).
func attach(fd int, program []bpf.Instruction) error {
	assembled, err := bpf.Assemble(program)
	if err != nil {
		return err
	}
	code := make([]unix.SockFilter, len(assembled))
	for i, one := range assembled {
		code[i] = unix.SockFilter{Code: one.Op, Jt: one.Jt, Jf: one.Jf, K: one.K}
	}
	err = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER,
		&unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]})
	return os.NewSyscallError("setsockopt SO_ATTACH_FILTER", err)
}

// Next waits for a packet.
func (s *Sniffer) Next(ctx context.Context) (packet.Packet, error) {
	control := make([]byte, 128)
	for {
		m, err := s.socket.Receive(ctx, s.buffer, control, unix.MSG_TRUNC) // report what was cut off
		if err != nil {
			return packet.Packet{}, err
		}
		from, _ := m.From.(*unix.SockaddrLinklayer)
		if s.loopback && from != nil && from.Pkttype == unix.PACKET_OUTGOING {
			continue // on loopback each packet passes twice, on its way out and on its way in
		}
		p := packet.Decode(s.Link, append([]byte(nil), m.Bytes...))
		p.Length, p.Time = m.Length, stamp(m)
		return p, nil
	}
}

// stamp is when the kernel saw it (SO_TIMESTAMPNS: seconds and nanoseconds).
func stamp(m receive.Message) time.Time {
	data := m.Find(unix.SOL_SOCKET, unix.SCM_TIMESTAMPNS)
	if len(data) < 16 {
		return time.Now()
	}
	return time.Unix(int64(binary.NativeEndian.Uint64(data)), int64(binary.NativeEndian.Uint64(data[8:])))
}

// Dropped counts the packets since the last call that passed the filter and found no room,
// because Next was not called often enough (PACKET_STATISTICS).
func (s *Sniffer) Dropped() (n int, err error) {
	err = s.socket.Control(func(fd int) error {
		stats, err := unix.GetsockoptTpacketStats(fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
		if err == nil {
			n = int(stats.Drops)
		}
		return os.NewSyscallError("getsockopt PACKET_STATISTICS", err)
	})
	return n, err
}

// Close stops. Who waits in Next is woken with an error.
func (s *Sniffer) Close() error { return s.socket.Close() }
