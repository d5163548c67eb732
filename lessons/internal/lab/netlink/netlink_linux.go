// Package netlink makes network devices, as ip(8) does, by the messages of rtnetlink(7). It
// works on the network namespace of the calling thread, so lock the thread.
package netlink

import (
	"encoding/binary"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

var order = binary.NativeEndian

// request sends one message and returns the body of the answer, if there is one beside the
// acknowledgement. what names the request in an error.
func request(what string, kind uint16, flags int, body []byte) ([]byte, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, os.NewSyscallError("socket AF_NETLINK", err)
	}
	defer unix.Close(fd)
	m := order.AppendUint32(nil, uint32(unix.SizeofNlMsghdr+len(body)))
	m = order.AppendUint16(m, kind)
	m = order.AppendUint16(m, uint16(unix.NLM_F_REQUEST|unix.NLM_F_ACK|flags))
	m = append(m, make([]byte, 8)...) // sequence and port: this socket asks only once
	if err := unix.Sendto(fd, append(m, body...), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return nil, os.NewSyscallError("sendto netlink", err)
	}
	var answer []byte
	for buf := make([]byte, 32<<10); ; {
		n, _, err := unix.Recvfrom(fd, buf, 0)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return nil, os.NewSyscallError("recvfrom netlink", err)
		}
		for rest := buf[:n]; len(rest) >= unix.SizeofNlMsghdr; {
			size := min(int(order.Uint32(rest)), len(rest))
			if size < unix.SizeofNlMsghdr+4 {
				return nil, fmt.Errorf("netlink %s: an answer of %d bytes", what, size)
			}
			payload := rest[unix.SizeofNlMsghdr:size]
			if order.Uint16(rest[4:]) != unix.NLMSG_ERROR {
				answer = append(answer, payload...)
			} else if errno := -int32(order.Uint32(payload)); errno != 0 {
				return nil, os.NewSyscallError("netlink "+what, unix.Errno(errno))
			} else {
				return answer, nil
			}
			rest = rest[min((size+3)&^3, len(rest)):]
		}
	}
}

// attr is one attribute: its length, its type, its value, filled up to four bytes.
func attr(kind uint16, value []byte) []byte {
	b := order.AppendUint16(nil, uint16(4+len(value)))
	b = order.AppendUint16(b, kind)
	b = append(b, value...)
	return append(b, make([]byte, -len(b)&3)...)
}

// nest is an attribute made of attributes.
func nest(kind uint16, inner ...[]byte) []byte {
	return attr(kind|unix.NLA_F_NESTED, join(inner...))
}

func word(kind uint16, value int) []byte { return attr(kind, order.AppendUint32(nil, uint32(value))) }

func text(kind uint16, value string) []byte { return attr(kind, append([]byte(value), 0)) }

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}
