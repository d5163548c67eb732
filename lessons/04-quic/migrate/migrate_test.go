package migrate

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/leak"
)

var feed = Feed{Blocks: 60, Every: time.Millisecond}

func socket(t *testing.T) net.PacketConn {
	t.Helper()
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func within(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func TestAClientThatMovesKeepsItsConnectionAndItsStream(t *testing.T) {
	leak.Check(t)
	ctx := within(t)
	server, second := socket(t), socket(t)
	p, err := Meet(ctx, socket(t), server, server.LocalAddr(), 0)
	if err != nil {
		t.Fatal(err)
	}
	to := &quic.Transport{Conn: second}
	defer second.Close()
	defer to.Close()
	defer p.Close()
	first, before := p.Client.LocalAddr().String(), p.ClientWatch.ConnectionID()
	got, seen, err := p.Feed(ctx, feed, func() error { return Move(ctx, p.Client, to) })
	if err != nil {
		t.Fatal(err)
	}
	if want := feed.Blocks * len(Block); got.Bytes != want {
		t.Errorf("%d bytes came, want %d", got.Bytes, want)
	}
	if len(seen) != 2 || seen[0] != first || seen[1] != second.LocalAddr().String() {
		t.Errorf("the server saw %v, want %v and then %v", seen, first, second.LocalAddr())
	}
	if after := p.ClientWatch.ConnectionID(); after == before {
		t.Errorf("the client's packets have the connection ID %s on both paths: they can be linked", after)
	}
	if challenges, _ := p.ClientWatch.Paths(); challenges == 0 {
		t.Error("the client went over to a path that it had not probed")
	}
}

func TestAServerFollowsAClientWhoseNATForgets(t *testing.T) {
	leak.Check(t)
	ctx := within(t)
	server, inside := socket(t), socket(t)
	nat := NewNAT(inside, server.LocalAddr(), func() (net.PacketConn, error) { return net.ListenPacket("udp4", "127.0.0.1:0") })
	carried := make(chan error, 1)
	go func() { carried <- nat.Run() }()
	defer func() {
		nat.Close()
		if err := <-carried; err != nil {
			t.Error(err)
		}
	}()
	p, err := Meet(ctx, socket(t), server, inside.LocalAddr(), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	at, before := p.Client.LocalAddr().String(), p.ClientWatch.ConnectionID()
	got, seen, err := p.Feed(ctx, feed, func() error { nat.Forget(); return nil })
	if err != nil {
		t.Fatal(err)
	}
	if want := feed.Blocks * len(Block); got.Bytes != want {
		t.Errorf("%d bytes came, want %d", got.Bytes, want)
	}
	if len(seen) != 2 {
		t.Errorf("the server saw %v, want two addresses", seen)
	}
	if now := p.Client.LocalAddr().String(); now != at {
		t.Errorf("the client noticed: it was at %s, and is at %s", at, now)
	}
	if after := p.ClientWatch.ConnectionID(); after != before {
		t.Errorf("the connection ID went from %s to %s, and the client knows of nothing", before, after)
	}
	challenges, _ := p.ServerWatch.Paths()
	_, responses := p.ClientWatch.Paths()
	if challenges == 0 || responses == 0 {
		t.Errorf("the server sent %d PATH_CHALLENGE and the client %d PATH_RESPONSE: whoever forges a source address would get the feed", challenges, responses)
	}
}

func TestOverTCPTheSecondAddressIsASecondConnection(t *testing.T) {
	leak.Check(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	here := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}
	again, err := feed.BeginAgain(within(t), listener, here, here)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Seen) != 2 || again.Seen[0] == again.Seen[1] {
		t.Errorf("the server saw %v, want two clients", again.Seen)
	}
	if half := feed.Blocks / 2 * len(Block); again.Twice < half {
		t.Errorf("%d bytes came twice, want %d at least", again.Twice, half)
	}
}
