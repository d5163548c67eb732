//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package tiny_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/01-event-loop/tiny"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/measure"
)

const (
	message  = "hello, wire\n"
	patience = 30 * time.Second
)

func TestItEchoes(t *testing.T) {
	address, _ := start(t)
	first, second := dial(t, address), dial(t, address)
	echo(t, first)
	echo(t, second)
	first.Close()
	echo(t, second)
	echo(t, dial(t, address))
}

// The first failure. Every message pays for every client that is silent: poll(2) takes
// the whole list along, each time, and looks through all of it.
func TestIdleClientsMakeEveryMessageSlow(t *testing.T) {
	const idle = 2000
	if most := measure.MaxDescriptors(); most < 4*idle+100 { // two servers, both ends of each connection
		t.Skipf("needs %d descriptors, may have %d: raise ulimit -n", 4*idle+100, most)
	}
	tinyAddress, _ := start(t)
	loopAddress := startLoop(t)
	alone := [2]time.Duration{fastest(t, tinyAddress), fastest(t, loopAddress)}
	for range idle {
		dial(t, tinyAddress)
		dial(t, loopAddress)
	}
	crowded := [2]time.Duration{fastest(t, tinyAddress), fastest(t, loopAddress)}
	slower := func(i int) float64 { return float64(crowded[i]) / float64(alone[i]) }
	t.Logf("one message beside %d silent clients takes %.1f times as long with poll, %.1f times in the loop",
		idle, slower(0), slower(1))
	if slower(0) < 3 {
		t.Errorf("with poll a message takes only %.1f times as long (%v, %v): where did the cost go?", slower(0), alone[0], crowded[0])
	}
	if slower(1) > slower(0)/2 {
		t.Errorf("in the loop a message takes %.1f times as long (%v, %v): the silent should cost nothing", slower(1), alone[1], crowded[1])
	}
}

// The second. The kernel's buffer for the glutton is full, write sleeps until there is
// room, and with it sleeps the only thread there is.
func TestAClientThatNeverReadsFreezesEveryone(t *testing.T) {
	address, _ := start(t)
	polite, glutton := dial(t, address), dial(t, address)
	echo(t, polite)
	gorge(t, glutton)

	io.WriteString(polite, message)
	polite.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := polite.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the polite client was answered (%v): the server is not frozen", err)
	}

	// The moment the glutton reads, everyone is served again.
	go io.Copy(io.Discard, glutton)
	polite.SetReadDeadline(time.Now().Add(patience))
	if _, err := io.ReadFull(polite, make([]byte, len(message))); err != nil {
		t.Errorf("the server did not thaw: %v", err)
	}
}

// The third. An error on one connection returns from Serve, and takes all others along.
func TestAResetEndsTheServer(t *testing.T) {
	address, ended := start(t)
	polite, rude := dial(t, address), dial(t, address)
	echo(t, polite)
	gorge(t, rude)
	rude.SetLinger(0)
	rude.Close()
	select {
	case err := <-ended:
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
			t.Errorf("the server ended: %v, want a reset", err)
		}
		ended <- err
	case <-time.After(patience):
		t.Fatal("the server has survived a reset")
	}
	if _, err := io.ReadFull(polite, make([]byte, 1)); err == nil {
		t.Error("the polite client is still connected")
	}
}

// start runs tiny until the end of the test. It has no waker: to make it look at its
// context, somebody has to connect.
func start(t *testing.T) (address string, ended chan error) {
	t.Helper()
	leak.Check(t)
	fds, at, err := sock.Listen(t.Context(), "127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended = make(chan error, 1)
	go func() { ended <- tiny.Serve(ctx, fds[0]) }()
	t.Cleanup(func() {
		cancel()
		if conn, err := net.Dial("tcp", at.String()); err == nil {
			conn.Close()
		}
		select {
		case <-ended:
		case <-time.After(patience):
			t.Error("the server does not stop")
		}
	})
	return at.String(), ended
}

func startLoop(t *testing.T) (address string) {
	t.Helper()
	server, err := loop.Listen(t.Context(), "127.0.0.1:0", 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		<-ended
	})
	return server.Addr().String()
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return conn.(*net.TCPConn)
}

func echo(t *testing.T, conn net.Conn) {
	t.Helper()
	if _, err := io.WriteString(conn, message); err != nil {
		t.Fatal(err)
	}
	answer := make([]byte, len(message))
	if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != message {
		t.Fatalf("echo: %q, %v", answer, err)
	}
}

// fastest is how long one message takes on a good day: the least of many.
func fastest(t *testing.T, address string) time.Duration {
	t.Helper()
	conn := dial(t, address)
	defer conn.Close()
	least := patience
	for range 100 {
		begun := time.Now()
		echo(t, conn)
		least = min(least, time.Since(begun))
	}
	return least
}

// gorge sends without reading until nothing is taken any more: the server, both buffers
// full, is stuck in write.
func gorge(t *testing.T, conn *net.TCPConn) {
	t.Helper()
	chunk := make([]byte, 1<<20)
	for {
		conn.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		if _, err := conn.Write(chunk); errors.Is(err, os.ErrDeadlineExceeded) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
