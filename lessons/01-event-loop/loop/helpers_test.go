//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop_test

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/loop"
	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/leak"
)

// testTimeout is how long a test waits for what must happen. It only passes when something
// is broken.
const testTimeout = 30 * time.Second

// size scales a test down, unless it is soaked.
func size(usual, soaked int) int {
	if os.Getenv("SOAK") != "" {
		return soaked
	}
	return usual
}

// A server is a loop.Server that is running and watched.
type server struct {
	*loop.Server
	*watch.Watch
	t     *testing.T
	stop  context.CancelFunc
	ended chan error
}

// start runs a server until the end of the test, which fails if it ends with an error or
// leaves anything behind.
func start(t *testing.T, loops int, configure func(*loop.Server)) *server {
	t.Helper()
	leak.Check(t)
	s := listen(t, loops, configure)
	s.run()
	return s
}

// listen opens a server that does not run yet.
func listen(t *testing.T, loops int, configure func(*loop.Server)) *server {
	t.Helper()
	srv, err := loop.Listen(t.Context(), "127.0.0.1:0", loops)
	must(t, err)
	s := &server{Server: srv, Watch: watch.New(), t: t, ended: make(chan error, 1)}
	s.Trace = s.Call
	if configure != nil {
		configure(srv)
	}
	return s
}

func (s *server) run() {
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	go func() { s.ended <- s.Run(ctx) }()
	s.t.Cleanup(func() {
		stop()
		s.wait()
	})
}

// wait waits until the server has stopped, and looks how.
func (s *server) wait() {
	s.t.Helper()
	select {
	case err := <-s.ended:
		if err != nil {
			s.t.Errorf("the server ended: %v", err)
		}
		s.ended <- nil // for the cleanup
	case <-time.After(testTimeout):
		s.t.Fatal("the server does not stop")
	}
}

// until waits for the loop to make something true.
func (s *server) until(what string, holds func(*watch.Seen) bool) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), testTimeout)
	defer cancel()
	if !s.Until(ctx, holds) {
		s.See(func(seen *watch.Seen) {
			s.t.Fatalf("%s: never happened; %d clients, %d closed", what, len(seen.Clients), seen.Closed)
		})
	}
}

func (s *server) dial() *net.TCPConn {
	s.t.Helper()
	return dial(s.t, s.Addr().String())
}

func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	must(t, conn.SetDeadline(time.Now().Add(testTimeout)))
	return conn.(*net.TCPConn)
}

// echoes fails the test unless conn echoes the message.
func echoes(t *testing.T, conn net.Conn, message []byte) {
	t.Helper()
	if _, err := conn.Write(message); err != nil {
		t.Fatalf("write: %v", err)
	}
	got := make([]byte, len(message))
	if _, err := io.ReadFull(conn, got); err != nil {
		t.Fatalf("read: %v", err)
	}
	if !bytes.Equal(got, message) {
		t.Fatalf("%d bytes came back changed", len(message))
	}
}

var hello = []byte("hello, wire\n")

// noise returns n bytes which are the same for the same seed.
func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// reset closes conn so that the kernel sends RST.
func reset(t *testing.T, conn *net.TCPConn) {
	t.Helper()
	must(t, conn.SetLinger(0))
	must(t, conn.Close())
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
