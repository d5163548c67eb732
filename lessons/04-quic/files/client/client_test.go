package client

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/leak"
)

// serve serves a folder on the loopback until the end of the test.
func serve(t *testing.T, dir string) (*server.Server, func(context.Context) (*quic.Conn, error)) {
	t.Helper()
	authority, err := devcert.New()
	if err != nil {
		t.Fatal(err)
	}
	certificate, err := authority.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	socket, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	transport := &quic.Transport{Conn: socket}
	listener, err := transport.ListenEarly(server.ServerTLS(certificate), server.Config())
	if err != nil {
		t.Fatal(err)
	}
	folder, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	folder.Sync = false
	s := &server.Server{Folder: folder, Idle: 10 * time.Second, Drain: 5 * time.Second}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		transport.Close()
		socket.Close()
		folder.Close()
	})
	return s, func(ctx context.Context) (*quic.Conn, error) {
		return quic.DialAddrEarly(ctx, socket.LocalAddr().String(), server.ClientTLS(authority.Pool(), "localhost"), nil)
	}
}

func open(t *testing.T, dir string, dial func(context.Context) (*quic.Conn, error)) (*Client, *store.Folder) {
	t.Helper()
	folder, err := store.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	folder.Sync = false
	c := &Client{Dial: dial, Retry: time.Second, Idle: 10 * time.Second, Say: t.Logf}
	t.Cleanup(func() { c.Close(); folder.Close() })
	return c, folder
}

// fill makes files of various sizes, and returns their names.
func fill(t *testing.T, dir string) (names []string) {
	t.Helper()
	for i, size := range []int{0, 1, 12, 4096, 65536, 65537, 3 << 20} {
		name := fmt.Sprintf("sub/%d.bin", i)
		data := make([]byte, size)
		rand.NewChaCha8([32]byte{byte(i)}).Read(data)
		os.MkdirAll(filepath.Join(dir, "sub"), 0o755)
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o640); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// same compares two folders' files: bytes, permissions, times.
func same(t *testing.T, a, b string, names []string) {
	t.Helper()
	for _, name := range names {
		one, err1 := os.ReadFile(filepath.Join(a, name))
		two, err2 := os.ReadFile(filepath.Join(b, name))
		if err1 != nil || err2 != nil || !bytes.Equal(one, two) {
			t.Errorf("%s differs: %v, %v", name, err1, err2)
			continue
		}
		ia, _ := os.Stat(filepath.Join(a, name))
		ib, _ := os.Stat(filepath.Join(b, name))
		if ia.Mode() != ib.Mode() || !ia.ModTime().Equal(ib.ModTime()) {
			t.Errorf("%s: %v %v, and %v %v", name, ia.Mode(), ia.ModTime(), ib.Mode(), ib.ModTime())
		}
	}
	left, _ := filepath.Glob(filepath.Join(b, "sub", ".wire*"))
	if len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestFilesArriveAsTheyWere(t *testing.T) {
	leak.Check(t)
	there, here, back := t.TempDir(), t.TempDir(), t.TempDir()
	names := fill(t, there)
	_, dial := serve(t, there)
	c, folder := open(t, here, dial)
	files, err := c.List(t.Context(), ".")
	if err != nil || len(files) != len(names) {
		t.Fatalf("%d files, %v", len(files), err)
	}
	if err := c.Get(t.Context(), folder, names...); err != nil {
		t.Fatal(err)
	}
	same(t, there, here, names)
	_, dialBack := serve(t, back)
	c, folder = open(t, here, dialBack)
	if err := c.Put(t.Context(), folder, names...); err != nil {
		t.Fatal(err)
	}
	same(t, here, back, names)
}
