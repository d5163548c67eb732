package datagram

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

func open(t *testing.T, network, address string, size int) (*net.UDPConn, *Receiver) {
	t.Helper()
	conn, err := net.ListenPacket(network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	r, err := NewReceiver(conn.(*net.UDPConn), size)
	if err != nil {
		t.Fatal(err)
	}
	return conn.(*net.UDPConn), r
}

func TestTheKernelTellsMoreThanTheBytes(t *testing.T) {
	for network, host := range map[string]string{"udp4": "127.0.0.1", "udp6": "::1"} {
		t.Run(network, func(t *testing.T) {
			conn, r := open(t, network, net.JoinHostPort(host, "0"), 100)
			before := time.Now()
			if _, err := conn.WriteTo([]byte("hello, wire\n"), conn.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			d, err := r.Next()
			if err != nil {
				t.Fatal(err)
			}
			lo, err := net.InterfaceByName("lo")
			if err != nil {
				t.Fatal(err)
			}
			if string(d.Data) != "hello, wire\n" || d.Truncated || d.From != conn.LocalAddr().(*net.UDPAddr).AddrPort() ||
				d.To != netip.MustParseAddr(host) || d.Interface != lo.Index || d.TTL != 64 {
				t.Errorf("%+v", d)
			}
			if late := d.At.Sub(before); late < -time.Second || late > 5*time.Second {
				t.Errorf("the kernel's time is %v from ours", late)
			}
		})
	}
}

func TestWhatDoesNotFitIsReported(t *testing.T) {
	conn, r := open(t, "udp4", "127.0.0.1:0", 5)
	for _, text := range []string{"hello, wire\n", "hello"} {
		if _, err := conn.WriteTo([]byte(text), conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		d, err := r.Next()
		if err != nil || string(d.Data) != "hello" || d.Truncated != (len(text) > 5) {
			t.Errorf("of %q: %q, truncated %v, %v", text, d.Data, d.Truncated, err)
		}
	}
}

func TestAFullBufferCountsWhatItDrops(t *testing.T) {
	conn, r := open(t, "udp4", "127.0.0.1:0", 2000)
	if err := conn.SetReadBuffer(4096); err != nil {
		t.Fatal(err)
	}
	const sent = 100
	block := []byte(strings.Repeat("x", 1000))
	for range sent {
		if _, err := conn.WriteTo(block, conn.LocalAddr()); err != nil {
			t.Fatal(err)
		}
	}
	// What was dropped is told with the datagrams that came afterwards.
	heard, dropped := 0, 0
	for dropped == 0 {
		d, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		heard, dropped = heard+1, int(d.Dropped)
		conn.WriteTo([]byte("after"), conn.LocalAddr())
	}
	if dropped >= sent || heard == 0 {
		t.Errorf("%d of %d dropped, %d heard", dropped, sent, heard)
	}
}
