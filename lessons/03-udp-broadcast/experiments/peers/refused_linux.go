package peers

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// Refused sends to a port where nobody is, from three kinds of sockets.
var Refused = experiment.Experiment{
	Name:     "refused",
	Subjects: []string{"connect", "ECONNREFUSED", "IP_RECVERR"},
	About:    "Nobody is at that port. Who is told?",
	Do:       refused,
}

func refused(ctx context.Context, r *experiment.Report) error {
	nobody, err := closedPort()
	if err != nil {
		return err
	}
	unconnected, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer unconnected.Close()
	connected, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(nobody))
	if err != nil {
		return err
	}
	defer connected.Close()
	asking, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer asking.Close()
	defer context.AfterFunc(ctx, func() { unconnected.Close(); connected.Close(); asking.Close() })()

	_, first := connected.Write([]byte("hello"))
	connected.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, told := connected.Read(make([]byte, 100))

	silent, err := hearsOnlyItself(unconnected, nobody)
	if err != nil {
		return err
	}

	if err := experiment.Control(asking, func(fd int) error {
		return os.NewSyscallError("setsockopt IP_RECVERR", unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_RECVERR, 1))
	}); err != nil {
		return err
	}
	if _, err := asking.WriteToUDPAddrPort([]byte("hello"), nobody); err != nil {
		return err
	}
	asking.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, _, toldToo := asking.ReadFromUDPAddrPort(make([]byte, 100))
	about, err := nextError(asking)
	if err != nil {
		return err
	}

	r.Add("connected: the write", orNone(first))
	r.Add("connected: the read after it", told)
	r.Add("not connected: a read hears", silent)
	r.Add("not connected, IP_RECVERR: the read", toldToo)
	r.Add("and its error queue", about)
	r.Shown = first == nil && errors.Is(told, unix.ECONNREFUSED) && silent == "its own next datagram" &&
		errors.Is(toldToo, unix.ECONNREFUSED) && about.to == nobody
	r.Says = "Each time the kernel knows. It tells the socket that has one peer, and else only one that has asked."
	return nil
}

// closedPort is a port that was free a moment ago.
func closedPort() (netip.AddrPort, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return netip.AddrPort{}, err
	}
	return conn.LocalAddr().(*net.UDPAddr).AddrPort(), conn.Close()
}

// hearsOnlyItself sends into the void, then to itself, and tells what a read finds. On
// loopback the answer to the first is there before the second is sent.
func hearsOnlyItself(conn *net.UDPConn, nobody netip.AddrPort) (string, error) {
	if _, err := conn.WriteToUDPAddrPort([]byte("hello"), nobody); err != nil {
		return "", err
	}
	if _, err := conn.WriteTo([]byte("to myself"), conn.LocalAddr()); err != nil {
		return "", err
	}
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	buf := make([]byte, 100)
	n, err := conn.Read(buf)
	if err != nil {
		return experiment.ErrnoName(err), nil
	}
	if string(buf[:n]) != "to myself" {
		return fmt.Sprintf("%q", buf[:n]), nil
	}
	return "its own next datagram", nil
}

// A failure is what the error queue holds of a datagram: which one, and who has complained.
type failure struct {
	to         netip.AddrPort // where it was meant to go
	by         netip.Addr     // who sent the ICMP message
	kind, code uint8
}

func (f failure) String() string {
	return fmt.Sprintf("ICMP %d/%d of %v, for %v", f.kind, f.code, f.by, f.to)
}

// nextError takes a failure out of the error queue, as ip(7) describes under IP_RECVERR.
func nextError(conn *net.UDPConn) (f failure, err error) {
	err = experiment.Control(conn, func(fd int) error {
		control := make([]byte, 256)
		_, n, _, to, err := unix.Recvmsg(fd, make([]byte, 100), control, unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		if err != nil {
			return os.NewSyscallError("recvmsg MSG_ERRQUEUE", err)
		}
		if to, ok := to.(*unix.SockaddrInet4); ok {
			f.to = netip.AddrPortFrom(netip.AddrFrom4(to.Addr), uint16(to.Port))
		}
		messages, err := unix.ParseSocketControlMessage(control[:n])
		for _, m := range messages {
			size := int(unsafe.Sizeof(unix.SockExtendedErr{}))
			if m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR && len(m.Data) >= size+8 {
				e := (*unix.SockExtendedErr)(unsafe.Pointer(&m.Data[0]))
				// Behind it stands a sockaddr_in: family, port, address.
				f.kind, f.code, f.by = e.Type, e.Code, netip.AddrFrom4([4]byte(m.Data[size+4:]))
			}
		}
		return err
	})
	return f, err
}

func orNone(err error) any {
	if err == nil {
		return "no error"
	}
	return err
}
