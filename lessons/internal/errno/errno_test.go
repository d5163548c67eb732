package errno

import (
	"net"
	"syscall"
	"testing"
	"time"
)

func TestATakenPortIsEADDRINUSE(t *testing.T) {
	l := listen(t)
	if second, err := net.Listen("tcp4", l.Addr().String()); !Is(err, syscall.EADDRINUSE) {
		t.Errorf("a second listener: %v, %v, want EADDRINUSE", second, err)
	}
}

func TestNobodyListeningIsECONNREFUSED(t *testing.T) {
	l := listen(t)
	l.Close()
	if conn, err := net.Dial("tcp4", l.Addr().String()); !Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a client of nobody: %v, %v, want ECONNREFUSED", conn, err)
	} else if Is(err, syscall.EADDRINUSE) {
		t.Errorf("%v passes for EADDRINUSE too", err)
	}
}

func TestARSTIsECONNRESET(t *testing.T) {
	l := listen(t)
	client, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	server, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	server.(*net.TCPConn).SetLinger(0)
	server.Close()
	client.SetDeadline(time.Now().Add(10 * time.Second))
	if n, err := client.Read(make([]byte, 1)); !Is(err, syscall.ECONNRESET) {
		t.Errorf("after a reset: %d, %v, want ECONNRESET", n, err)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}
