package tcp

import (
	"crypto/tls"
	"io"
	"net"
	"testing"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/leak"
)

func TestWhoSaysNothingKeepsAllOthersOut(t *testing.T) { pitfalltest.Falls(t, Handshake) }

// Twenty are silent, begin with half a record, send what is no TLS, or reset.
func TestAmongThoseWhoNeverShakeHandsOneIsServed(t *testing.T) {
	leak.Check(t)
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate("127.0.0.1")
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() {
		ended <- handshake{}.fixed(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}, func(conn *tls.Conn) {
			io.WriteString(conn, "hello, wire\n")
			conn.Close()
		})
	}()
	defer func() {
		listener.Close()
		<-ended
	}()
	for i := range 20 {
		conn, err := net.Dial("tcp4", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		switch i % 4 {
		case 1:
			conn.Write([]byte{22, 3, 1, 0, 200, 1})
		case 2:
			io.WriteString(conn, "GET / HTTP/1.1\r\n\r\n")
		case 3:
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	}
	raw, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(30 * time.Second))
	conn := tls.Client(raw, &tls.Config{RootCAs: authority.Pool(), ServerName: "127.0.0.1"})
	if got, err := io.ReadAll(conn); string(got) != "hello, wire\n" {
		t.Errorf("the one who shakes hands hears %q, %v", got, err)
	}
}
