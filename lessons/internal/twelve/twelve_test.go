package twelve_test

import (
	"io"
	"testing"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/twelve"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestTheClosingIsNotCounted(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
	cost, err := twelve.Count(t.Context(), func(link *lab.Link) (io.Closer, error) {
		listener, err := link.Server.Listen("tcp4", "server:0")
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { listener.Close() })
		return link.Client.DialContext(t.Context(), "tcp4", listener.Addr().String())
	})
	if err != nil {
		t.Fatal(err)
	}
	const handshake = 60 + 60 + 52 // SYN and its answer with their options, and the ACK
	if cost.Packets != 3 || cost.Bytes != handshake || cost.RoundTrips != 1 {
		t.Errorf("a connection costs %v; want the handshake's 3 packets and %d bytes", cost, handshake)
	}
}

func TestWhatIsStillUnderWayIsCounted(t *testing.T) {
	labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
	cost, err := twelve.Count(t.Context(), func(link *lab.Link) (io.Closer, error) {
		server, err := link.Server.ListenPacket("udp4", "server:0")
		if err != nil {
			return nil, err
		}
		client, err := link.Client.DialContext(t.Context(), "udp4", server.LocalAddr().String())
		if err != nil {
			return nil, err
		}
		t.Cleanup(func() { client.Close() })
		_, err = client.Write([]byte(twelve.Bytes)) // which nobody awaits
		return server, err
	})
	if err != nil {
		t.Fatal(err)
	}
	if cost.Packets != 1 || cost.Bytes != 20+8+len(twelve.Bytes) {
		t.Errorf("a datagram costs %v, want 1 packet of 40 bytes", cost)
	}
}
