package gro

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/net/ipv4"
	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/leak"
)

// ect0 is a mark in the last two bits of the IP header's second byte (RFC 3168).
const ect0 = 2

// open returns a socket with GRO that wants to know the mark and the destination, as quic-go
// does, and one that sends to it.
func open(t *testing.T, network, address string) (c *Conn, from *net.UDPConn) {
	t.Helper()
	at := socket(t, network, address)
	for _, option := range [][2]int{
		{unix.IPPROTO_IP, unix.IP_RECVTOS}, {unix.IPPROTO_IP, unix.IP_PKTINFO},
		{unix.IPPROTO_IPV6, unix.IPV6_RECVTCLASS}, {unix.IPPROTO_IPV6, unix.IPV6_RECVPKTINFO},
	} {
		err := experiment.Control(at, func(fd int) error { return unix.SetsockoptInt(fd, option[0], option[1], 1) })
		if err != nil && option[0] == unix.IPPROTO_IP {
			t.Fatal(err)
		}
	}
	wrapped, err := Wrap(at)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := wrapped.(*Conn)
	if !ok {
		t.Skip("this kernel has no UDP_GRO; it takes Linux 5.0")
	}
	c.SetDeadline(time.Now().Add(10 * time.Second))
	return c, socket(t, network, address)
}

func socket(t *testing.T, network, address string) *net.UDPConn {
	t.Helper()
	addr, err := net.ResolveUDPAddr(network, address)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.ListenUDP(network, addr)
	if err != nil {
		t.Skipf("no %s here: %v", network, err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func messages(n int) []ipv4.Message {
	all := make([]ipv4.Message, n)
	for i := range all {
		all[i] = ipv4.Message{Buffers: [][]byte{make([]byte, 1452)}, OOB: make([]byte, 128)}
	}
	return all
}

// send hands data to the kernel in one piece, which cuts it into datagrams of so many bytes.
func send(t *testing.T, from *net.UDPConn, to net.Addr, data []byte, size uint16) {
	t.Helper()
	oob := control(unix.IPPROTO_UDP, unix.UDP_SEGMENT, 2)
	binary.NativeEndian.PutUint16(oob[unix.CmsgLen(0):], size)
	if _, _, err := from.WriteMsgUDP(data, oob, to.(*net.UDPAddr)); err != nil {
		t.Fatal(err)
	}
}

func control(level, kind int32, size int) []byte {
	oob := make([]byte, unix.CmsgSpace(size))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&oob[0]))
	h.Level, h.Type = level, kind
	h.SetLen(unix.CmsgLen(size))
	return oob
}

// mark lets a socket send datagrams with this ECN mark from now on.
func mark(t *testing.T, from *net.UDPConn, ecn int) {
	t.Helper()
	v6 := from.LocalAddr().(*net.UDPAddr).IP.To4() == nil
	if err := experiment.Control(from, func(fd int) error {
		if v6 {
			return unix.SetsockoptInt(fd, unix.IPPROTO_IPV6, unix.IPV6_TCLASS, ecn)
		}
		return unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_TOS, ecn)
	}); err != nil {
		t.Fatal(err)
	}
}

// told is what the kernel says about a datagram: its mark, and where it went.
func told(t *testing.T, m ipv4.Message) (ecn byte, to net.IP) {
	t.Helper()
	all, err := unix.ParseSocketControlMessage(m.OOB[:m.NN])
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		switch [2]int32{c.Header.Level, c.Header.Type} {
		case [2]int32{unix.IPPROTO_IP, unix.IP_TOS}, [2]int32{unix.IPPROTO_IPV6, unix.IPV6_TCLASS}:
			ecn = c.Data[0] & 3
		case [2]int32{unix.IPPROTO_IP, unix.IP_PKTINFO}:
			to = c.Data[8:12]
		case [2]int32{unix.IPPROTO_IPV6, unix.IPV6_PKTINFO}:
			to = c.Data[:16]
		}
	}
	return ecn, to
}

func TestDatagramsThatCameTogetherAreHandedOutOneByOne(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0"} {
		t.Run(address, func(t *testing.T) {
			leak.Check(t)
			c, from := open(t, "udp", address)
			sent := make([]byte, 10*1200+7)
			for i := range sent {
				sent[i] = byte(i / 1200)
			}
			mark(t, from, ect0)
			send(t, from, c.LocalAddr(), sent, 1200)

			var got [][]byte
			for len(got) < 11 {
				batch := messages(4)
				n, err := c.ReadBatch(batch, 0)
				if err != nil {
					t.Fatal(err)
				}
				c.SetReadDeadline(time.Unix(1, 0)) // what is left came with the first read
				for _, m := range batch[:n] {
					got = append(got, m.Buffers[0][:m.N])
					if ecn, to := told(t, m); ecn != ect0 || !to.Equal(c.LocalAddr().(*net.UDPAddr).IP) {
						t.Errorf("datagram %d: its mark is %d, and it went to %v", len(got), ecn, to)
					}
					if m.Addr.String() != from.LocalAddr().String() {
						t.Errorf("datagram %d is from %v", len(got), m.Addr)
					}
				}
			}
			if last := len(got[10]); last != 7 {
				t.Errorf("the last has %d bytes, sent were 7", last)
			}
			if !bytes.Equal(slices.Concat(got...), sent) {
				t.Error("other bytes came than were sent")
			}
			if _, err := c.ReadBatch(messages(1), 0); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("behind the last comes %v", err)
			}
		})
	}
}

func TestDatagramsThatCameAloneStayAlone(t *testing.T) {
	c, from := open(t, "udp4", "127.0.0.1:0")
	for i, size := range []int{1200, 0, 5, 1452, 1200} {
		mark(t, from, i%2*ect0)
		if _, err := from.WriteTo(bytes.Repeat([]byte{byte(i)}, size), c.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	for i, size := range []int{1200, 0, 5, 1452, 1200} {
		batch := messages(1)
		n, err := c.ReadBatch(batch, 0)
		if n != 1 || err != nil {
			t.Fatalf("datagram %d: %d, %v", i, n, err)
		}
		if got := batch[0].Buffers[0][:batch[0].N]; !bytes.Equal(got, bytes.Repeat([]byte{byte(i)}, size)) {
			t.Errorf("datagram %d has %d bytes, sent were %d", i, len(got), size)
		}
		if ecn, _ := told(t, batch[0]); int(ecn) != i%2*ect0 {
			t.Errorf("datagram %d has the mark %d", i, ecn)
		}
	}
}

func TestTheLongestPieceIsReadWhole(t *testing.T) {
	c, from := open(t, "udp4", "127.0.0.1:0")
	send(t, from, c.LocalAddr(), make([]byte, 65507), 1452) // the longest that IPv4 has
	for left := 65507; left > 0; {
		batch := messages(8)
		n, err := c.ReadBatch(batch, 0)
		if err != nil {
			t.Fatalf("%v, with %d bytes to come", err, left)
		}
		for _, m := range batch[:n] {
			if left -= m.N; m.N != 1452 && left != 0 {
				t.Fatalf("a datagram of %d bytes, with %d to come", m.N, left)
			}
		}
	}
}

func TestCloseEndsAReadThatWaits(t *testing.T) {
	leak.Check(t)
	c, _ := open(t, "udp4", "127.0.0.1:0")
	ended := make(chan error)
	go func() {
		_, err := c.ReadBatch(messages(8), 0)
		ended <- err
	}()
	c.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) {
		t.Errorf("the read ends with %v", err)
	}
}

func TestTwoSendersAreToldApart(t *testing.T) {
	c, one := open(t, "udp", "[::]:0") // both versions of IP
	to := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: c.LocalAddr().(*net.UDPAddr).Port}
	two := socket(t, "udp4", "127.0.0.1:0")
	one.Close()
	one = socket(t, "udp4", "127.0.0.2:0")
	send(t, one, to, []byte("aabbc"), 2)
	send(t, two, to, []byte("ddeef"), 2)
	var got []string
	for len(got) < 6 {
		batch := messages(8)
		n, err := c.ReadBatch(batch, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range batch[:n] {
			_, to := told(t, m)
			got = append(got, fmt.Sprintf("%s from %v to %v", m.Buffers[0][:m.N], m.Addr, to))
		}
	}
	var want []string
	for _, text := range []string{"aa", "bb", "c"} {
		want = append(want, fmt.Sprintf("%s from %v to 127.0.0.1", text, one.LocalAddr()))
	}
	for _, text := range []string{"dd", "ee", "f"} {
		want = append(want, fmt.Sprintf("%s from %v to 127.0.0.1", text, two.LocalAddr()))
	}
	if !slices.Equal(got, want) {
		t.Errorf("came:\n%q\nwant:\n%q", got, want)
	}
}

func TestQuicGoReadsByIt(t *testing.T) {
	leak.Check(t)
	stream := download(t, Wrap)
	stream.SetReadDeadline(time.Now().Add(10 * time.Second))
	if n, err := io.CopyN(io.Discard, stream, 8<<20); err != nil {
		t.Errorf("a download has ended after %d bytes with %v", n, err)
	}
}
