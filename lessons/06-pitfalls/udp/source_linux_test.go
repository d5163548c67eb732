package udp

import (
	"net"
	"testing"
	"time"

	"golang.org/x/net/ipv4"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestAConnectedClientHearsNoOtherAddress(t *testing.T) { pitfalltest.Falls(t, Source) }

// Three ask three addresses of one host in turn, and datagrams of no byte come in between.
func TestEachAddressAnswersForItself(t *testing.T) {
	server, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	conn := ipv4.NewPacketConn(server)
	if err := conn.SetControlMessage(ipv4.FlagDst, true); err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(server.LocalAddr().String())
	for range 3 {
		for _, host := range []string{"127.0.0.1", "127.0.0.2", "127.3.2.1"} {
			client, err := net.Dial("udp4", net.JoinHostPort(host, port))
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			client.SetDeadline(time.Now().Add(30 * time.Second))
			for _, said := range []string{"", host} {
				if _, err := client.Write([]byte(said)); err != nil {
					t.Fatal(err)
				}
				if err := (source{}).fixed(conn); err != nil {
					t.Fatal(err)
				}
				got := make([]byte, most)
				if n, err := client.Read(got); string(got[:n]) != said || err != nil {
					t.Errorf("%s answers %q with %q, %v", host, said, got[:n], err)
				}
			}
		}
	}
}
