package socket_test

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/net/nettest"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/leak"
)

var anyPort = netip.MustParseAddrPort("127.0.0.1:0")

func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// listening is a listener of ours, and where it is.
func listening(t *testing.T) (*socket.Socket, netip.AddrPort) {
	t.Helper()
	s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	t.Cleanup(func() { s.Close() })
	check(t, s.Bind(anyPort))
	check(t, s.Listen(16))
	return s, must[netip.AddrPort](t)(s.LocalAddr())
}

func connected(t *testing.T) (client, server *socket.Socket) {
	t.Helper()
	listener, at := listening(t)
	client = must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	t.Cleanup(func() { client.Close() })
	check(t, client.Connect(at))
	server, peer, err := listener.Accept()
	check(t, err)
	t.Cleanup(func() { server.Close() })
	if local := must[netip.AddrPort](t)(client.LocalAddr()); local != peer {
		t.Errorf("the client is at %v, and the server heard from %v", local, peer)
	}
	return client, server
}

func TestTwelveBytesThereAndBack(t *testing.T) {
	leak.Check(t)
	client, server := connected(t)
	if n, err := client.Write([]byte("hello, wire\n")); n != 12 || err != nil {
		t.Fatalf("wrote %d, %v", n, err)
	}
	check(t, client.CloseWrite())
	var got [100]byte
	if n, err := server.Read(got[:]); string(got[:n]) != "hello, wire\n" || err != nil {
		t.Fatalf("the server read %q, %v", got[:n], err)
	}
	if n, err := server.Read(got[:]); n != 0 || err != nil {
		t.Errorf("behind FIN the server read %d, %v", n, err)
	}
	must[int](t)(server.Write([]byte("hello, wire\n")))
	if n, err := client.Read(got[:]); n != 12 || err != nil {
		t.Errorf("after its half-close the client read %d, %v", n, err)
	}
}

func TestADatagramThereAndBack(t *testing.T) {
	leak.Check(t)
	near := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Datagram, 0))
	defer near.Close()
	check(t, near.Bind(anyPort))
	conn := must[net.PacketConn](t)(near.IntoPacketConn())
	defer conn.Close()
	far := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Datagram, 0))
	defer far.Close()
	check(t, far.SendTo([]byte("hello, wire\n"), netip.MustParseAddrPort(conn.LocalAddr().String())))
	var got [100]byte
	n, from, err := conn.ReadFrom(got[:])
	check(t, err)
	must[int](t)(conn.WriteTo(got[:n], from))
	n, back, err := far.ReceiveFrom(got[:])
	if string(got[:n]) != "hello, wire\n" || back.String() != conn.LocalAddr().String() || err != nil {
		t.Errorf("received %q from %v, %v", got[:n], back, err)
	}
}

func TestAReadTimeoutEndsAReadThatBlocks(t *testing.T) {
	client, _ := connected(t)
	check(t, client.SetReadTimeout(20*time.Millisecond))
	begun := time.Now()
	if _, err := client.Read(make([]byte, 1)); !errno.Is(err, timedOut) {
		t.Errorf("the read ended with %v", err)
	}
	if took := time.Since(begun); took < 15*time.Millisecond {
		t.Errorf("after %v only", took)
	}
}

func TestNobodyAnswersAConnectAndItsTimeoutEnds(t *testing.T) {
	leak.Check(t)
	_, at := listening(t)
	refused := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	defer refused.Close()
	nobody := netip.AddrPortFrom(at.Addr(), 1)
	if err := refused.ConnectTimeout(nobody, 10*time.Second); !errno.Is(err, syscall.ECONNREFUSED) { // Windows asks three times
		t.Errorf("a closed port: %v", err)
	}
}

func TestAnErrorNamesItsCall(t *testing.T) {
	leak.Check(t)
	_, taken := listening(t)
	s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	defer s.Close()
	if err := s.Bind(taken); !errno.Is(err, syscall.EADDRINUSE) || !strings.HasPrefix(err.Error(), "bind: ") {
		t.Errorf("a taken port: %v", err)
	}
	if err := s.Bind(netip.MustParseAddrPort("[::1]:0")); err == nil {
		t.Error("an IPv4 socket took an IPv6 address")
	}
	if err := s.SetTTL(4096); err == nil || err.Error() != "setsockopt IP_TTL: 4096 is not in 1 to 255: invalid argument" {
		t.Errorf("a TTL of 4096: %v", err)
	}
	if _, err := socket.New(99, socket.Stream, 0); err == nil {
		t.Error("a family that does not exist has sockets")
	}
}

func TestAnIPv4SocketTakesNoOptionOfIPv6(t *testing.T) {
	leak.Check(t)
	s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	defer s.Close()
	if err := s.SetOnlyV6(true); err == nil {
		t.Error("it took IPV6_V6ONLY")
	}
}

func TestASocketIsClosedOnceOnly(t *testing.T) {
	s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	check(t, s.Close())
	other := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0)) // has the number now
	defer other.Close()
	if err := s.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a second close: %v", err)
	}
	check(t, other.SetReuseAddr(true))
	if _, err := s.IntoListener(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a closed socket became a listener: %v", err)
	}
}

func TestAConversionSpendsTheSocketAlsoWhenItFails(t *testing.T) {
	leak.Check(t)
	unbound := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Datagram, 0))
	if listener, err := unbound.IntoListener(); err == nil {
		listener.Close()
		t.Error("a datagram socket became a listener")
	}
	if err := unbound.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("it still owns its descriptor: %v", err)
	}
}

func TestABorrowedSocketSetsTheOriginal(t *testing.T) {
	leak.Check(t)
	listener := must[net.Listener](t)(net.Listen("tcp4", "127.0.0.1:0"))
	defer listener.Close()
	conn := must[net.Conn](t)(net.Dial("tcp4", listener.Addr().String()))
	defer conn.Close()
	first := must[*socket.Socket](t)(socket.From(conn.(*net.TCPConn)))
	defer first.Close()
	second := must[*socket.Socket](t)(socket.From(conn.(*net.TCPConn)))
	defer second.Close()
	if on := must[bool](t)(second.NoDelay()); !on {
		t.Error("package net has not set TCP_NODELAY")
	}
	check(t, first.SetNoDelay(false))
	if on := must[bool](t)(second.NoDelay()); on {
		t.Error("set on one descriptor, it is not seen on another of the same socket")
	}
	// Had borrowing made the original block, this deadline could not end its read.
	conn.SetReadDeadline(time.Now().Add(10 * time.Millisecond))
	if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("the original's read ended with %v", err)
	}
	if got := blocks(t, first); got != netBlocks {
		t.Errorf("the borrowed one blocks: %v, want %v", got, netBlocks)
	}
}

func TestNoChildInheritsASocket(t *testing.T) {
	client, server := connected(t)
	for name, s := range map[string]*socket.Socket{"made": client, "accepted": server} {
		if inherited(t, s) {
			t.Errorf("one that was %s would be inherited", name)
		}
	}
}

// TestConn is the standard library's own idea of a correct net.Conn.
func TestAConvertedSocketIsACorrectConn(t *testing.T) {
	nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
		client, server := connected(t)
		if c1, err = client.IntoConn(); err != nil {
			return
		}
		if c2, err = server.IntoConn(); err != nil {
			return
		}
		return c1, c2, func() { c1.Close(); c2.Close() }, nil
	})
}

func TestAConvertedListenerAccepts(t *testing.T) {
	leak.Check(t)
	s, at := listening(t)
	listener := must[net.Listener](t)(s.IntoListener())
	defer listener.Close()
	client := must[net.Conn](t)(net.Dial("tcp4", at.String()))
	defer client.Close()
	server := must[net.Conn](t)(listener.Accept())
	defer server.Close()
	io.WriteString(client, "hello, wire\n")
	got := make([]byte, 12)
	if _, err := io.ReadFull(server, got); err != nil || string(got) != "hello, wire\n" {
		t.Errorf("it read %q, %v", got, err)
	}
}

func TestWhatIsSetIsReadBack(t *testing.T) {
	leak.Check(t)
	s := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Stream, 0))
	defer s.Close()
	packets := must[*socket.Socket](t)(socket.New(socket.IPv4, socket.Datagram, 0))
	defer packets.Close()
	for name, option := range map[string]struct {
		set  func(bool) error
		read func() (bool, error)
	}{
		"SO_REUSEADDR": {s.SetReuseAddr, s.ReuseAddr},
		"SO_REUSEPORT": {s.SetReusePort, s.ReusePort},
		"SO_BROADCAST": {packets.SetBroadcast, packets.Broadcast}, // elsewhere a stream takes it too
		"TCP_NODELAY":  {s.SetNoDelay, s.NoDelay},
	} {
		for _, on := range []bool{true, false} {
			if err := option.set(on); errors.Is(err, errors.ErrUnsupported) {
				continue
			} else {
				check(t, err)
			}
			if got := must[bool](t)(option.read()); got != on {
				t.Errorf("%s is set to %v and reads %v", name, on, got)
			}
		}
	}
	check(t, s.SetTTL(3))
	check(t, s.SetReadTimeout(2*time.Second))
	check(t, s.SetWriteTimeout(3*time.Second))
	check(t, s.SetLinger(true, 4))
	if ttl := must[int](t)(s.TTL()); ttl != 3 {
		t.Errorf("IP_TTL reads %d", ttl)
	}
	if read, write := must[time.Duration](t)(s.ReadTimeout()), must[time.Duration](t)(s.WriteTimeout()); read != 2*time.Second || write != 3*time.Second {
		t.Errorf("the timeouts read %v and %v", read, write)
	}
	if on, seconds, err := s.Linger(); !on || seconds != 4 || err != nil {
		t.Errorf("SO_LINGER reads %v, %d, %v", on, seconds, err)
	}
	want := socket.KeepAlive{Idle: 7 * time.Second, Interval: 8 * time.Second, Count: 9}
	if err := s.SetKeepAlive(want); errors.Is(err, errors.ErrUnsupported) {
		want = socket.KeepAlive{}
		check(t, s.SetKeepAlive(want))
	} else {
		check(t, err)
	}
	if on, got, err := s.KeepAlive(); !on || got != want || err != nil {
		t.Errorf("keep-alive reads %v, %+v, %v", on, got, err)
	}
	if err := s.SetUserTimeout(1500 * time.Millisecond); !errors.Is(err, errors.ErrUnsupported) {
		check(t, err)
		if got := must[time.Duration](t)(s.UserTimeout()); got != 1500*time.Millisecond {
			t.Errorf("TCP_USER_TIMEOUT reads %v", got)
		}
	}
	check(t, s.TakeError())
}
