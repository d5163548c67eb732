package faults

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

// patience is how long a test waits for what must happen. It only passes when something
// is broken.
const patience = 30 * time.Second

var hello = []byte("hello, wire\n")

// size scales a test down, unless it is soaked.
func size(usual, soaked int) int {
	if os.Getenv("SOAK") != "" {
		return soaked
	}
	return usual
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
	must(t, conn.SetDeadline(time.Now().Add(patience)))
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

// gorge sends without reading until nothing is taken any more, and returns how much was.
func gorge(t *testing.T, conn *net.TCPConn, sent []byte) (taken int) {
	t.Helper()
	for taken < len(sent) {
		conn.SetWriteDeadline(time.Now().Add(200 * time.Millisecond))
		n, err := conn.Write(sent[taken:min(len(sent), taken+1<<20)])
		taken += n
		if errors.Is(err, os.ErrDeadlineExceeded) && n == 0 {
			break
		}
		if err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Fatalf("write: %v", err)
		}
	}
	must(t, conn.SetWriteDeadline(time.Now().Add(patience)))
	return taken
}

// reset closes conn so that the kernel sends RST.
func reset(t *testing.T, conn *net.TCPConn) {
	t.Helper()
	must(t, conn.SetLinger(0))
	must(t, conn.Close())
}

// closed waits until no more descriptors are open than before: the server has closed its
// ends too.
func closed(t *testing.T, before int) {
	t.Helper()
	after, known := leak.Descriptors()
	for end := time.Now().Add(patience); known && after > before && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
		after, _ = leak.Descriptors()
	}
	if known && after > before {
		t.Errorf("%d descriptors were open before, %d are now", before, after)
	}
}

// noise returns n bytes which are the same for the same seed.
func noise(seed byte, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{seed}).Read(b)
	return b
}

// feast is more than the buffers between client and server hold.
var feast = sync.OnceValue(func() []byte { return noise(1, 32<<20) })

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
