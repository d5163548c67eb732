package speed

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

const (
	size = 1200 // bytes of a datagram: QUIC's, which fits every path that QUIC wants (RFC 9000 §14)
	many = 50   // datagrams at a time: more of this size than 65,507 bytes do not fit one call with GSO
)

// A way hands datagrams to the kernel, or takes them from it.
type way interface {
	send() error                 // many datagrams
	receive() (n int, err error) // at least one
}

// oneByOne is a call for each datagram.
type oneByOne struct {
	from, at *net.UDPConn
	to       netip.AddrPort
	data     []byte
}

func newOneByOne(from, at *net.UDPConn) *oneByOne {
	return &oneByOne{from, at, at.LocalAddr().(*net.UDPAddr).AddrPort(), make([]byte, size)}
}

func (w *oneByOne) send() error {
	for range many {
		if _, err := w.from.WriteToUDPAddrPort(w.data, w.to); err != nil {
			return err
		}
	}
	return nil
}

func (w *oneByOne) receive() (int, error) {
	n, _, err := w.at.ReadFromUDPAddrPort(w.data)
	if err == nil && n != size {
		err = fmt.Errorf("a datagram of %d bytes arrived, sent were %d", n, size)
	}
	return 1, err
}

// batches hand over many in one call: sendmmsg(2) and recvmmsg(2).
type batches struct {
	from, at *ipv4.PacketConn
	out, in  []ipv4.Message
}

func newBatches(from, at *net.UDPConn, each int) *batches {
	w := &batches{from: ipv4.NewPacketConn(from), at: ipv4.NewPacketConn(at), out: make([]ipv4.Message, each), in: make([]ipv4.Message, each)}
	for i := range each {
		w.out[i] = ipv4.Message{Buffers: [][]byte{make([]byte, size)}, Addr: at.LocalAddr()}
		w.in[i] = ipv4.Message{Buffers: [][]byte{make([]byte, size)}}
	}
	return w
}

func (w *batches) send() error {
	for sent := 0; sent < many; {
		n, err := w.from.WriteBatch(w.out[:min(len(w.out), many-sent)], 0) // it may take fewer than all
		if err != nil {
			return err
		}
		sent += n
	}
	return nil
}

func (w *batches) receive() (int, error) { return w.at.ReadBatch(w.in, 0) }

// segments hand over one long piece. The kernel, or the network card, cuts it up (UDP_SEGMENT
// in udp(7)). A receiver that wants to (UDP_GRO) gets it in one piece again.
type segments struct {
	from, at      *net.UDPConn
	to            netip.AddrPort
	data, control []byte
	cut           []byte // the control message that says where
}

func newSegments(from, at *net.UDPConn, inOnePiece bool) (*segments, error) {
	w := &segments{from, at, at.LocalAddr().(*net.UDPAddr).AddrPort(), make([]byte, many*size), make([]byte, 64), cutAt(size)}
	if !inOnePiece {
		return w, nil
	}
	return w, experiment.Control(at, func(fd int) error {
		return os.NewSyscallError("setsockopt UDP_GRO", unix.SetsockoptInt(fd, unix.IPPROTO_UDP, unix.UDP_GRO, 1))
	})
}

// cutAt makes the control message of sendmsg(2) that asks for datagrams of so many bytes.
func cutAt(bytes uint16) []byte {
	b := make([]byte, unix.CmsgSpace(2))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
	h.SetLen(unix.CmsgLen(2))
	*(*uint16)(unsafe.Pointer(&b[unix.CmsgLen(0)])) = bytes
	return b
}

func (w *segments) send() error {
	_, _, err := w.from.WriteMsgUDPAddrPort(w.data, w.cut, w.to)
	return err
}

// receive counts the datagrams of one piece. The kernel says how long each of them was.
func (w *segments) receive() (int, error) {
	n, controls, _, _, err := w.at.ReadMsgUDPAddrPort(w.data, w.control)
	if err != nil {
		return 0, err
	}
	each := n
	messages, err := syscall.ParseSocketControlMessage(w.control[:controls])
	for _, m := range messages {
		if m.Header.Level == unix.IPPROTO_UDP && m.Header.Type == unix.UDP_GRO {
			each = int(*(*int32)(unsafe.Pointer(&m.Data[0])))
		}
	}
	return (n + each - 1) / each, err
}
