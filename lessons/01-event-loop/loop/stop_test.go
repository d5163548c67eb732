//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/watch"
	"onthewire/lessons/internal/leak"
)

func TestStoppingClosesTheSilentAtOnce(t *testing.T) {
	s := start(t, 1, nil)
	conn := s.dial()
	echoes(t, conn, hello)
	s.stop()
	s.wait()
	if rest, err := io.ReadAll(conn); len(rest) > 0 || err != nil {
		t.Errorf("the client sees %q, %v, want the end", rest, err)
	}
}

func TestStoppingAnswersWhatHasArrived(t *testing.T) {
	s := start(t, 1, nil)
	conn := s.dial()
	sent := noise(6, 8<<20)
	written := make(chan error, 1)
	go func() {
		_, err := conn.Write(sent)
		written <- err
	}()
	s.until("the loop holds bytes for it", func(seen *watch.Seen) bool {
		return len(seen.Clients) == 1 && seen.Clients[0].Held() == s.MaxPending
	})
	s.stop()
	got, err := io.ReadAll(conn)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back before the end: %v", len(got), len(sent), err)
	}
	must(t, <-written)
	s.wait()
}

func TestStoppingDoesNotWaitForAClientThatNeverReads(t *testing.T) {
	s := start(t, 1, nil)
	glutton := s.dial()
	go glutton.Write(noise(7, 64<<20))
	s.until("the glutton reaches its mark", func(seen *watch.Seen) bool {
		return len(seen.Clients) == 1 && seen.Clients[0].Held() == s.MaxPending
	})
	begun := time.Now()
	s.stop()
	s.wait()
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func TestStoppingLetsNobodyInAnyMore(t *testing.T) {
	s := start(t, 1, nil)
	s.stop()
	s.wait()
	if _, err := net.Dial("tcp", s.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new client gets %v, want ECONNREFUSED", err)
	}
}

// The wake may come before the loop's first wait, or in the middle of it, or after it.
func TestStoppingAtAnyMomentStops(t *testing.T) {
	leak.Check(t)
	for i := range 200 {
		s := listen(t, 1, nil)
		s.run()
		if i%2 == 0 {
			s.dial()
		}
		s.stop()
		s.wait()
	}
}
