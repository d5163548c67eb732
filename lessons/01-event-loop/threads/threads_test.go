//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package threads_test

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/threads"
	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/servertest"
)

func TestItStandsWhatClientsDo(t *testing.T) {
	servertest.Run(t, servertest.Server{Open: func(ctx context.Context, set servertest.Settings) (string, func(context.Context) error, error) {
		s, err := threads.Listen(ctx, "127.0.0.1:0")
		if err != nil {
			return "", nil, err
		}
		s.Drain = set.Drain
		return s.Addr().String(), s.Run, nil
	}})
}

func TestOneClientTooManyIsClosedAndTheOthersStay(t *testing.T) {
	const most = 2000
	if may := measure.MaxDescriptors(); may < 2*most+100 { // both ends of each connection
		t.Skipf("needs %d descriptors, may have %d: raise ulimit -n", 2*most+100, may)
	}
	leak.Check(t)
	s, err := threads.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("the server ended: %v", err)
		}
	}()

	conns := make([]net.Conn, most+1)
	for i := range conns {
		if conns[i], err = net.Dial("tcp", s.Addr().String()); err != nil {
			t.Fatal(err)
		}
		defer conns[i].Close()
		conns[i].SetDeadline(time.Now().Add(30 * time.Second))
	}
	if n, err := conns[most].Read(make([]byte, 1)); err != io.EOF && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("client %d reads %d, %v, want the end", most+1, n, err)
	}
	answer := make([]byte, 5)
	for i, conn := range conns[:most] {
		io.WriteString(conn, "hello")
		if _, err := io.ReadFull(conn, answer); err != nil {
			t.Fatalf("client %d: %v", i, err)
		}
	}
}
