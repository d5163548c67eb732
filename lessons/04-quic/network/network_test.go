package network

import (
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// across sends from the client to the server, and tells how long the datagram took.
func across(t *testing.T, from, to net.PacketConn, text string) {
	t.Helper()
	if _, err := from.WriteTo([]byte(text), to.LocalAddr()); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, at net.PacketConn) string {
	t.Helper()
	at.SetReadDeadline(time.Now().Add(10 * time.Second))
	data := make([]byte, 2000)
	n, _, err := at.ReadFrom(data)
	if err != nil {
		t.Fatal(err)
	}
	return string(data[:n])
}

func TestASimulatedDatagramTakesExactlyTheDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := Simulate(25 * time.Millisecond)
		defer n.Close()
		client, _ := n.Client()
		server, _ := n.Server()
		defer client.Close()
		defer server.Close()
		begun := time.Now()
		across(t, client, server, "hello, wire\n")
		if got := next(t, server); got != "hello, wire\n" {
			t.Errorf("the server has %q", got)
		}
		across(t, server, client, "hello, wire\n")
		next(t, client)
		if took := time.Since(begun); took != 50*time.Millisecond {
			t.Errorf("there and back took %v", took)
		}
	})
}

func TestExactlyTheDatagramThatWasNamedIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := Simulate(time.Millisecond)
		defer n.Close()
		var seen []bool
		n.Tap(func(d Datagram) { seen = append(seen, d.Lost) })
		client, _ := n.Client()
		server, _ := n.Server()
		defer client.Close()
		defer server.Close()
		fallen := n.Drop(2, true)
		for _, text := range []string{"one", "two", "three"} {
			across(t, client, server, text)
		}
		if first, second := next(t, server), next(t, server); first != "one" || second != "three" {
			t.Errorf("the server has %q and %q", first, second)
		}
		<-fallen
		if len(seen) != 3 || seen[0] || !seen[1] || seen[2] {
			t.Errorf("the tap saw these as lost: %v", seen)
		}
	})
}
