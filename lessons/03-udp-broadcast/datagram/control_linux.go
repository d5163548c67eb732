package datagram

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

type option struct {
	name          string
	level, number int
}

// The options that each make one control message of every datagram (ip(7), ipv6(7), socket(7)).
var (
	onEither = []option{
		{"SO_TIMESTAMPNS", unix.SOL_SOCKET, unix.SO_TIMESTAMPNS},
		{"SO_RXQ_OVFL", unix.SOL_SOCKET, unix.SO_RXQ_OVFL},
	}
	on4 = []option{
		{"IP_PKTINFO", unix.IPPROTO_IP, unix.IP_PKTINFO},
		{"IP_RECVTTL", unix.IPPROTO_IP, unix.IP_RECVTTL},
	}
	on6 = []option{
		{"IPV6_RECVPKTINFO", unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO},
		{"IPV6_RECVHOPLIMIT", unix.IPPROTO_IPV6, unix.IPV6_RECVHOPLIMIT},
	}
)

func askForControl(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	controlling := raw.Control(func(fd uintptr) {
		options := append(onEither, on4...)
		if domain, _ := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DOMAIN); domain == unix.AF_INET6 {
			options = append(onEither, on6...)
		}
		for _, o := range options {
			if err == nil {
				err = os.NewSyscallError("setsockopt "+o.name, unix.SetsockoptInt(int(fd), o.level, o.number, 1))
			}
		}
	})
	if controlling != nil {
		return controlling
	}
	return err
}

func truncated(flags int, err error) (bool, error) { return flags&unix.MSG_TRUNC != 0, err }

// readControl takes apart what came beside the bytes: cmsg(3), a header and data for each
// message.
func (d *Datagram) readControl(b []byte) error {
	messages, err := unix.ParseSocketControlMessage(b)
	if err != nil {
		return fmt.Errorf("control messages: %w", err)
	}
	for _, m := range messages {
		data := m.Data
		switch [2]int32{m.Header.Level, m.Header.Type} {
		case [2]int32{unix.IPPROTO_IP, unix.IP_PKTINFO}: // struct in_pktinfo: index, our address, destination
			d.Interface = int(binary.NativeEndian.Uint32(data))
			d.To = netip.AddrFrom4([4]byte(data[8:12]))
		case [2]int32{unix.IPPROTO_IPV6, unix.IPV6_PKTINFO}: // struct in6_pktinfo: destination, index
			d.To = netip.AddrFrom16([16]byte(data))
			d.Interface = int(binary.NativeEndian.Uint32(data[16:]))
		case [2]int32{unix.IPPROTO_IP, unix.IP_TTL}, [2]int32{unix.IPPROTO_IPV6, unix.IPV6_HOPLIMIT}:
			d.TTL = int(binary.NativeEndian.Uint32(data))
		case [2]int32{unix.SOL_SOCKET, unix.SO_TIMESTAMPNS}: // struct timespec, of a time_t's width
			d.At = time.Unix(timespec(data))
		case [2]int32{unix.SOL_SOCKET, unix.SO_RXQ_OVFL}:
			d.Dropped = binary.NativeEndian.Uint32(data)
		}
	}
	return nil
}

func timespec(b []byte) (seconds, nanoseconds int64) {
	if len(b) == 8 { // a 32-bit system
		return int64(int32(binary.NativeEndian.Uint32(b))), int64(binary.NativeEndian.Uint32(b[4:]))
	}
	return int64(binary.NativeEndian.Uint64(b)), int64(binary.NativeEndian.Uint64(b[8:]))
}
