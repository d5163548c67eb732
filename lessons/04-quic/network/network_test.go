package network

import (
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/lab"
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

func TestASimulatedLinkCarriesNoMoreThanItsRateAndItsQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := Simulate(0)
		defer n.Close()
		client, _ := n.Client()
		server, _ := n.Server()
		defer client.Close()
		defer server.Close()
		// A packet of 100 bytes takes 1 ms, and three may be there at a time.
		if err := n.Set(lab.Way{Delay: 25 * time.Millisecond, Rate: 800_000, Queue: 300}); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		for range 5 {
			across(t, client, server, strings.Repeat("x", 100-headers))
		}
		for i := range 3 {
			next(t, server)
			if took, want := time.Since(begun), time.Duration(26+i)*time.Millisecond; took != want {
				t.Errorf("packet %d took %v, want %v", i+1, took, want)
			}
		}
		server.SetReadDeadline(time.Now().Add(time.Second))
		if _, _, err := server.ReadFrom(make([]byte, 1)); err == nil {
			t.Error("the queue has taken a fourth packet")
		}
	})
}

func TestASimulatedLinkLosesTheShareThatItIsToldTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := Simulate(0)
		defer n.Close()
		client, _ := n.Client()
		server, _ := n.Server()
		defer client.Close()
		defer server.Close()
		if err := n.Set(lab.Way{Loss: 0.5}); err != nil {
			t.Fatal(err)
		}
		var sent, lost atomic.Int64
		n.Tap(func(d Datagram) {
			sent.Add(1)
			if d.Lost {
				lost.Add(1)
			}
		})
		go func() {
			for err := error(nil); err == nil; {
				_, _, err = server.ReadFrom(make([]byte, 10))
			}
		}()
		for range 1000 {
			across(t, client, server, "x")
		}
		synctest.Wait()
		// Five standard deviations of 1,000 throws of a coin are 79.
		if lost := lost.Load(); sent.Load() != 1000 || lost < 420 || lost > 580 {
			t.Errorf("lost %d of %d, want about half of 1,000", lost, sent.Load())
		}
	})
}
