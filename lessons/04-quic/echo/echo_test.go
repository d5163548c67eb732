package echo

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

func TestAnEchoComesTwoRoundTripsAfterTheFirstPacket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(25 * time.Millisecond)
		defer n.Close()
		authority, err := devcert.New()
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := authority.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		socket, _ := n.Server()
		server := &quic.Transport{Conn: socket}
		defer socket.Close()
		defer server.Close()
		listener, err := server.Listen(ServerTLS(certificate), Config())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- Serve(ctx, listener) }()

		from, _ := n.Client()
		client := &quic.Transport{Conn: from}
		defer from.Close()
		defer client.Close()
		begun := time.Now()
		conn, err := client.Dial(t.Context(), socket.LocalAddr(), ClientTLS(authority.Pool(), "localhost"), nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took != 50*time.Millisecond {
			t.Errorf("the handshake took %v", took)
		}
		answer, err := Say(t.Context(), conn, []byte("hello, wire\n"))
		if err != nil || string(answer) != "hello, wire\n" {
			t.Errorf("the answer is %q, %v", answer, err)
		}
		if took := time.Since(begun); took != 100*time.Millisecond {
			t.Errorf("the answer took %v", took)
		}
		conn.CloseWithError(0, "")
		stop()
		if err := <-ended; err != nil {
			t.Errorf("a server that was stopped ends with %v", err)
		}
	})
}
