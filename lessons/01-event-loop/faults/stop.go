package faults

import (
	"bytes"
	"errors"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

func stoppingClosesTheSilentAtOnce(t *testing.T, s *suite) {
	srv := s.start(t)
	conns := make([]net.Conn, 20)
	for i := range conns {
		conns[i] = srv.dial()
		echoes(t, conns[i], hello)
	}
	begun := time.Now()
	srv.stop()
	for _, conn := range conns {
		if rest, err := io.ReadAll(conn); len(rest) > 0 || err != nil {
			t.Errorf("a silent client sees %q, %v, want the end", rest, err)
		}
	}
	srv.wait()
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("stopping took %v, and nobody had anything to say", took)
	}
}

func stoppingAnswersWhatHasArrived(t *testing.T, s *suite) {
	srv := s.start(t)
	conn := srv.dial()
	sent := feast()[:8<<20]
	sent = sent[:gorge(t, conn, sent)]
	srv.stop()
	got, err := io.ReadAll(conn)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back before the end: %v", len(got), len(sent), err)
	}
	srv.wait()
}

func stoppingDoesNotWaitForAClientThatNeverReads(t *testing.T, s *suite) {
	srv := s.start(t)
	gorge(t, srv.dial(), feast())
	begun := time.Now()
	srv.stop()
	err := <-srv.ended
	srv.ended <- nil // for the cleanup
	if _, cut := errors.AsType[*sock.Cut](err); !cut {
		t.Errorf("the server ended: %v, want it to say whom it has cut off", err)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("stopping took %v", took)
	}
}

func stoppingLetsNobodyInAnyMore(t *testing.T, s *suite) {
	srv := s.start(t)
	srv.stop()
	srv.wait()
	if _, err := net.Dial("tcp", srv.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new client gets %v, want ECONNREFUSED", err)
	}
}

// The server may be about to sleep, asleep, or accepting.
func stoppingAtAnyMomentStops(t *testing.T, s *suite) {
	for i := range 50 {
		srv := s.open(t)
		srv.run()
		if i%2 == 0 {
			srv.dial().Close()
		}
		srv.stop()
		srv.wait()
	}
}
