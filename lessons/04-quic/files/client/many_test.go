package client

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/files/server"
	"onthewire/lessons/04-quic/files/store"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/devcert"
)

// In virtual time processors and disks take none, so what is left is the protocol's: the ways
// there and back. 10,000 files are asked for in a soak, 1,000 otherwise.
func TestManySmallFilesCostTheirBytesAndFewWaysThereAndBack(t *testing.T) {
	files, most := 1000, 700*time.Millisecond
	if os.Getenv("SOAK") != "" {
		files, most = 10_000, 2*time.Second
	}
	there, here := t.TempDir(), t.TempDir()
	for i := range files {
		if err := os.WriteFile(filepath.Join(there, fmt.Sprintf("%05d", i)), make([]byte, 4096), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(25 * time.Millisecond)
		authority, err := devcert.New()
		if err != nil {
			t.Fatal(err)
		}
		certificate, err := authority.Certificate()
		if err != nil {
			t.Fatal(err)
		}
		at, err := n.Server()
		if err != nil {
			t.Fatal(err)
		}
		from, err := n.Client()
		if err != nil {
			t.Fatal(err)
		}
		folder, err := store.Open(there)
		if err != nil {
			t.Fatal(err)
		}
		acceptor, dialer := &quic.Transport{Conn: at}, &quic.Transport{Conn: from}
		listener, err := acceptor.ListenEarly(server.ServerTLS(certificate), server.Config())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		s := &server.Server{Folder: folder, Idle: 10 * time.Second, Drain: time.Second}
		go func() { ended <- s.Serve(ctx, listener) }()
		c, into := open(t, here, func(ctx context.Context) (*quic.Conn, error) {
			return dialer.DialEarly(ctx, at.LocalAddr(), server.ClientTLS(authority.Pool(), "localhost"), nil)
		})
		begun := time.Now()
		list, err := c.List(t.Context(), ".")
		if err != nil || len(list) != files {
			t.Fatalf("%d files, %v", len(list), err)
		}
		listed := time.Since(begun)
		var names []string
		for _, f := range list {
			names = append(names, f.Name)
		}
		if err := c.Get(t.Context(), into, names...); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took > most {
			t.Errorf("%d files took %v", files, took)
		}
		t.Logf("%d files are listed after %v, and there after %v", files, listed, time.Since(begun))
		c.Close()
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		dialer.Close()
		acceptor.Close()
		from.Close()
		at.Close()
		n.Close()
		folder.Close()
	})
}
