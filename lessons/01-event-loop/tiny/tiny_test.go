//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package tiny_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/01-event-loop/tiny"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/measure"
)

const (
	message     = "hello, wire\n"
	testTimeout = 30 * time.Second
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
	if runtime.GOOS == "windows" {
		t.Skip("WSAPoll's cost has been measured nowhere yet: under Wine every wait pays for all sockets, the loop's too")
	}
	idle := 2000
	if os.Getenv("SOAK") != "" {
		idle = 9000
	}
	if most := measure.MaxDescriptors(); most < 2*idle+100 { // both ends of each connection
		t.Skipf("needs %d descriptors, may have %d: raise ulimit -n", 2*idle+100, most)
	}
	slower := map[string]float64{}
	for _, server := range []struct {
		name  string
		start func(*testing.T) string
	}{{"poll", startTiny}, {"loop", startLoop}} {
		t.Run(server.name, func(t *testing.T) {
			leak.Check(t)
			address := server.start(t)
			alone := fastest(t, address)
			for range idle {
				dial(t, address)
			}
			among := fastest(t, address)
			slower[server.name] = float64(among) / float64(alone)
			t.Logf("one message takes %v alone, %v beside %d silent clients: %.1f times as long",
				alone, among, idle, slower[server.name])
		})
	}
	if slower["poll"] < 3 {
		t.Error("where did the cost of poll go?")
	}
	if slower["loop"] > slower["poll"]/2 {
		t.Error("the silent should cost the loop nothing")
	}
}

// The second. The kernel's buffer for the glutton is full, write sleeps until there is
// room, and with it sleeps the only thread there is.
func TestAClientThatNeverReadsFreezesEveryone(t *testing.T) {
	address, _ := start(t)
	polite, glutton := dial(t, address), dial(t, address)
	echo(t, polite)
	sendUntilFull(t, glutton)

	io.WriteString(polite, message)
	polite.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	if _, err := polite.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("the polite client was answered (%v): the server is not frozen", err)
	}

	// The moment the glutton reads, everyone is served again.
	go io.Copy(io.Discard, glutton)
	polite.SetReadDeadline(time.Now().Add(testTimeout))
	if _, err := io.ReadFull(polite, make([]byte, len(message))); err != nil {
		t.Errorf("the server did not thaw: %v", err)
	}
}

// The third. An error on one connection returns from Serve, and takes all others along.
func TestAResetEndsTheServer(t *testing.T) {
	address, ended := start(t)
	polite, rude := dial(t, address), dial(t, address)
	echo(t, polite)
	sendUntilFull(t, rude)
	rude.SetLinger(0)
	rude.Close()
	select {
	case err := <-ended:
		if !errno.Is(err, syscall.ECONNRESET) && !errno.Is(err, syscall.EPIPE) {
			t.Errorf("the server ended: %v, want a reset", err)
		}
		ended <- err
	case <-time.After(testTimeout):
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
		case <-time.After(testTimeout):
			t.Error("the server does not stop")
		}
	})
	return at.String(), ended
}

func startTiny(t *testing.T) string {
	address, _ := start(t)
	return address
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
	conn.SetDeadline(time.Now().Add(testTimeout))
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
	least := testTimeout
	for range 100 {
		begun := time.Now()
		echo(t, conn)
		least = min(least, time.Since(begun))
	}
	return least
}

// sendUntilFull sends without reading until nothing is taken any more: the server, both buffers
// full, is stuck in write.
func sendUntilFull(t *testing.T, conn *net.TCPConn) {
	t.Helper()
	chunk := make([]byte, 64<<10)
	for waits := 0; waits < 3; waits++ { // in a row: one may be the machine's
		conn.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		n, err := conn.Write(chunk)
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatal(err)
		}
		if n > 0 {
			waits = -1
		}
	}
}
