package receive

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/leak"
)

func udp(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestAContextEndsOneWaitAndNotTheNext(t *testing.T) {
	leak.Check(t)
	conn := udp(t)
	for range 20 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if _, err := Datagram(ctx, conn); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("nobody has sent anything, and the error is %v", err)
		}
		cancel()
		if _, err := conn.WriteTo([]byte("hello, wire\n"), conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if m, err := Datagram(t.Context(), conn); err != nil || string(m.Bytes) != "hello, wire\n" {
			t.Fatalf("%q, %v", m.Bytes, err)
		}
	}
}

func TestASocketTellsHowLongAPacketWas(t *testing.T) {
	leak.Check(t)
	s, err := New(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var at unix.Sockaddr
	if err := s.Control(func(fd int) (err error) {
		if err = unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err == nil {
			at, err = unix.Getsockname(fd)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := udp(t).WriteTo([]byte("hello, wire\n"), &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: at.(*unix.SockaddrInet4).Port}); err != nil {
		t.Fatal(err)
	}
	m, err := s.Receive(t.Context(), make([]byte, 5), nil, unix.MSG_TRUNC)
	if err != nil || string(m.Bytes) != "hello" || m.Length != 12 {
		t.Errorf("%q of %d bytes, %v", m.Bytes, m.Length, err)
	}
}

func TestCloseWakesWhoWaits(t *testing.T) {
	leak.Check(t)
	s, err := New(unix.AF_INET, unix.SOCK_DGRAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := s.Receive(t.Context(), make([]byte, 5), nil, 0)
		ended <- err
	}()
	s.Close()
	if err := <-ended; err == nil {
		t.Error("a closed socket has received something")
	}
}

func TestAnOptionIsAskedForAndItsValueComesAlong(t *testing.T) {
	conn := udp(t)
	if err := socket.With(conn, func(s *socket.Socket) error {
		return errors.Join(s.Set("IP_RECVTTL", unix.IPPROTO_IP, unix.IP_RECVTTL, 1), s.Set("IP_RECVTOS", unix.IPPROTO_IP, unix.IP_RECVTOS, 1), s.SetTTL(33))
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.WriteTo(nil, conn.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	m, err := Datagram(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if ttl, found := m.Value(unix.IPPROTO_IP, unix.IP_TTL); ttl != 33 || !found {
		t.Errorf("the TTL is %d, %v", ttl, found)
	}
	if tos, found := m.Value(unix.IPPROTO_IP, unix.IP_TOS); tos != 0 || !found {
		t.Errorf("the TOS is %d, %v", tos, found)
	}
	if _, found := m.Value(unix.SOL_SOCKET, unix.SO_RXQ_OVFL); found {
		t.Error("nobody has asked for that")
	}
}

func FuzzControl(f *testing.F) {
	f.Add([]byte{20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 64, 0, 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, control []byte) {
		Message{Control: control}.Value(unix.IPPROTO_IP, unix.IP_TTL)
	})
}
