package echo

import (
	"context"
	"io"
	"net"
	"net/netip"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/servertest"
)

// ways are the two that make a listener.
var ways = map[string]func() (net.Listener, error){
	"socket":  func() (net.Listener, error) { return Listen(netip.MustParseAddrPort("127.0.0.1:0")) },
	"control": func() (net.Listener, error) { return ListenControl(context.Background(), "127.0.0.1:0") },
}

// serving runs a server until the test ends, and tells where it is.
func serving(t *testing.T, listener net.Listener, err error) (address string, stop func()) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	server := &Server{Listener: listener, Drain: 5 * time.Second}
	go func() { ended <- server.Serve(ctx) }()
	stop = func() {
		cancel()
		select {
		case err := <-ended:
			if err != nil {
				t.Error(err)
			}
			ended <- nil
		case <-time.After(10 * time.Second):
			t.Error("the server has not stopped")
		}
	}
	t.Cleanup(stop)
	return listener.Addr().String(), stop
}

func dial(t *testing.T, address string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	return conn
}

func speak(t *testing.T, conn net.Conn) {
	t.Helper()
	io.WriteString(conn, "hello, wire\n")
	got := make([]byte, 12)
	if _, err := io.ReadFull(conn, got); err != nil || string(got) != "hello, wire\n" {
		t.Fatalf("the echo is %q, %v", got, err)
	}
}

func TestBothWaysMakeTheSameListener(t *testing.T) {
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			listener, err := way()
			address, _ := serving(t, listener, err)
			speak(t, dial(t, address))
			s, err := socket.From(listener.(*net.TCPListener))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			size, err := s.ReceiveBuffer()
			wanted := runtime.GOOS != "windows" // there it would let a second server in
			if reuse, err2 := s.ReuseAddr(); reuse != wanted || size < bufferSize || size > 4*bufferSize || err != nil || err2 != nil {
				t.Errorf("SO_REUSEADDR is %v, SO_RCVBUF %d; %v, %v", reuse, size, err, err2)
			}
		})
	}
}

func TestAConnectionOfControlHasItsBuffers(t *testing.T) {
	leak.Check(t)
	listener, err := ways["socket"]()
	address, _ := serving(t, listener, err)
	conn, err := DialControl(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	speak(t, conn)
	s, err := socket.From(conn.(*net.TCPConn))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if size, err := s.SendBuffer(); size < bufferSize || size > 4*bufferSize || err != nil {
		t.Errorf("SO_SNDBUF is %d, %v", size, err)
	}
	if on, err := s.NoDelay(); !on || err != nil {
		t.Errorf("TCP_NODELAY is %v, %v", on, err)
	}
	if err := Delay(conn.(*net.TCPConn)); err != nil {
		t.Fatal(err)
	}
	if on, err := s.NoDelay(); on || err != nil {
		t.Errorf("after Delay TCP_NODELAY is %v, %v", on, err)
	}
}

func TestOneClientsResetIsNobodyElsesTrouble(t *testing.T) {
	leak.Check(t)
	listener, err := ways["socket"]()
	address, _ := serving(t, listener, err)
	polite := dial(t, address)
	speak(t, polite)
	for range 20 {
		rude := dial(t, address)
		io.WriteString(rude, "hello, wire\n")
		rude.(*net.TCPConn).SetLinger(0)
		rude.Close()
	}
	speak(t, polite)
}

func TestStoppingLetsWhatIsInFlightOut(t *testing.T) {
	leak.Check(t)
	listener, err := ways["socket"]()
	address, stop := serving(t, listener, err)
	conn := dial(t, address)
	speak(t, conn)
	silent := dial(t, address)
	speak(t, silent)
	begun := time.Now()
	stop()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("it took %v to stop", took)
	}
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("the client reads %d, %v", n, err)
	}
}

func TestItStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{Open: func(_ context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
		listener, err := ways["socket"]()
		if err != nil {
			return "", nil, err
		}
		s := &Server{Listener: listener, Drain: set.Drain}
		return listener.Addr().String(), s.Serve, nil
	}})
}

func TestATakenPortIsNamed(t *testing.T) {
	leak.Check(t)
	first, err := ways["socket"]()
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	at := netip.MustParseAddrPort(first.Addr().String())
	if _, err := Listen(at); !errno.Is(err, syscall.EADDRINUSE) || !strings.HasPrefix(err.Error(), "listen "+at.String()+": bind: ") {
		t.Errorf("the second says: %v", err)
	}
	if _, err := ListenControl(t.Context(), at.String()); !errno.Is(err, syscall.EADDRINUSE) {
		t.Errorf("by Control: %v", err)
	}
}
