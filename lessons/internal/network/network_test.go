package network

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

const oneWay = 25 * time.Millisecond

// meet connects both sides.
func meet(t *testing.T, n *Network) (client, server net.Conn) {
	t.Helper()
	listener, err := n.Listen(80)
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if client, err = n.DialContext(t.Context(), "tcp4", Server+":80"); err != nil {
		t.Fatal(err)
	}
	if server, err = listener.Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server
}

func TestAnAnswerOverTCPTakesTwoRoundTripsFromNothing(t *testing.T) {
	scene := func(t *testing.T, n *Network) {
		defer n.Close()
		trips := n.Count()
		begun := time.Now()
		client, server := meet(t, n)
		go func() {
			question := make([]byte, 12)
			io.ReadFull(server, question)
			server.Write(question)
		}()
		client.Write([]byte("hello, wire\n"))
		answer := make([]byte, 12)
		if _, err := io.ReadFull(client, answer); err != nil || string(answer) != "hello, wire\n" {
			t.Fatalf("%q, %v", answer, err)
		}
		took := time.Since(begun)
		if trips.Now() != 2 || took < 4*oneWay || n.Link == nil && took != 4*oneWay {
			t.Errorf("%d round trips and %v, want 2 and %v", trips.Now(), took, 4*oneWay)
		}
		client.Close()
		server.Close()
	}
	t.Run("simulated", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { scene(t, Simulate(oneWay)) })
	})
	t.Run("lab", func(t *testing.T) {
		labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
		leak.Check(t)
		n, err := Open(oneWay)
		if err != nil {
			t.Fatal(err)
		}
		scene(t, n)
	})
}

func TestASimulatedWindowDoublesWithEachRoundTrip(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := Simulate(oneWay)
		client, server := meet(t, n)
		data := bytes.Repeat([]byte("x"), initial*7)
		go func() { server.Write(data); server.Close() }()
		begun := time.Now()
		got, err := io.ReadAll(client)
		if took := time.Since(begun); err != nil || !bytes.Equal(got, data) || took != 5*oneWay { // 1 + 2 + 4 windows
			t.Errorf("%d bytes of %d after %v, %v", len(got), len(data), took, err)
		}
	})
}

func TestASimulatedConnectionEndsInTheWaysOfTCP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := Simulate(oneWay)
		if _, err := n.DialContext(t.Context(), "tcp4", Server+":80"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a port without a listener: %v", err)
		}
		client, server := meet(t, n)
		client.SetReadDeadline(time.Now().Add(time.Second))
		begun := time.Now()
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("a read by a deadline: %v after %v", err, time.Since(begun))
		}
		server.Write([]byte("bye"))
		server.Close()
		client.SetReadDeadline(time.Time{})
		if got, err := io.ReadAll(client); err != nil || string(got) != "bye" {
			t.Errorf("what was written before the end: %q, %v", got, err)
		}
		var err error
		for tries := 0; err == nil && tries < 5; tries++ {
			_, err = client.Write([]byte("still here?"))
			time.Sleep(2 * oneWay)
		}
		if !errors.Is(err, syscall.EPIPE) {
			t.Errorf("a write to somebody who has closed: %v", err)
		}
		client.Close()
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("a read after closing: %v", err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), oneWay/2)
		defer cancel()
		if _, err := n.DialContext(ctx, "tcp4", Server+":80"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a dial that is called off: %v", err)
		}
	})
}

func TestASimulatedListenerThatClosesLeavesThoseWhoWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := Simulate(oneWay)
		listener, err := n.Listen(80)
		if err != nil {
			t.Fatal(err)
		}
		client, err := n.DialContext(t.Context(), "tcp4", Server+":80")
		if err != nil {
			t.Fatal(err)
		}
		listener.Close()
		client.SetReadDeadline(time.Now().Add(time.Second))
		if _, err := client.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("who waits to be accepted: %v", err)
		}
		client.Close()
	})
}

func TestBlockedUDPDoesNotArrive(t *testing.T) {
	scene := func(t *testing.T, n *Network) {
		defer n.Close()
		server, err := n.ServerUDP(443)
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		client, err := n.ClientUDP()
		if err != nil {
			t.Fatal(err)
		}
		defer client.Close()
		client.WriteTo([]byte("before"), server.LocalAddr())
		got := make([]byte, 100)
		size, from, err := server.ReadFrom(got)
		if err != nil || string(got[:size]) != "before" {
			t.Fatalf("%q, %v", got[:size], err)
		}
		n.BlockUDP()
		client.WriteTo([]byte("after"), server.LocalAddr())
		server.WriteTo([]byte("back"), from) // this direction is as before
		client.SetReadDeadline(time.Now().Add(5 * time.Second))
		if size, _, err = client.ReadFrom(got); err != nil || string(got[:size]) != "back" {
			t.Errorf("%q, %v", got[:size], err)
		}
		server.SetReadDeadline(time.Now().Add(2 * oneWay))
		if size, _, err = server.ReadFrom(got); err == nil {
			t.Errorf("%q arrived", got[:size])
		}
	}
	t.Run("simulated", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { scene(t, Simulate(oneWay)) })
	})
	t.Run("lab", func(t *testing.T) {
		labtest.Open(t, lab.Way{}, lab.Way{}) // or skips
		leak.Check(t)
		n, err := Open(oneWay)
		if err != nil {
			t.Fatal(err)
		}
		scene(t, n)
	})
}
