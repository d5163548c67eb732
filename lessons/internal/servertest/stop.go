package servertest

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/internal/errno"
)

func stoppingClosesTheSilentAtOnce(t *testing.T, s *Server) {
	srv := s.start(t)
	clients := make([]*client, 10)
	for i := range clients {
		clients[i] = srv.client()
		if !srv.talk.Others {
			clients[i].hello()
		}
	}
	if srv.talk.Others { // who hears the last has been let in, and does not wait in the queue
		clients[len(clients)-1].ask(short)
		for _, c := range clients {
			c.answered(short)
		}
	}
	begun := time.Now()
	srv.stop()
	for _, c := range clients {
		if rest, err := io.ReadAll(c.hear); len(rest) > 0 || err != nil {
			t.Errorf("a silent client sees %q, %v, want the end", rest, err)
		}
	}
	srv.wait()
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("stopping took %v, and nobody had anything to say", took)
	}
}

// The glutton's bytes lie in both kernels and in the server, and a part of them is still to
// be sent by its own.
func stoppingAnswersWhatHasArrived(t *testing.T, s *Server) {
	srv := s.start(t)
	c := srv.glutton()
	sent := noise()[:flood(t, c.say, noise())]
	srv.stop()
	got, err := io.ReadAll(c.hear)
	if err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d of %d bytes came back before the end: %v", len(got), len(sent), err)
	}
	srv.wait()
}

func stoppingLetsNobodyInAnyMore(t *testing.T, s *Server) {
	srv := s.start(t)
	srv.stop()
	srv.wait()
	if _, err := net.Dial("tcp", srv.address); !errno.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("a new client gets %v, want ECONNREFUSED", err)
	}
}

// The server may be about to sleep, asleep, or accepting.
func stoppingAtAnyMomentStops(t *testing.T, s *Server) {
	for i := range 25 {
		srv, run := s.open(t)
		run()
		if i%2 == 0 {
			dial(t, srv.address).Close()
		}
		srv.stop()
		srv.wait()
	}
}

// For most of the time the server writes nothing: its kernel does. A server that took that
// for silence would cut the client off.
func aSteadyReaderGetsEveryByteAfterTheStop(t *testing.T, s *Server) {
	srv := s.program(t, Settings{Drain: usual})
	c := srv.client()
	owed := min(srv.talk.Most, 2<<20)
	c.slowly(owed / 2) // it takes two seconds
	c.ask(owed)
	arrived(c.say)
	if srv.talk.Begins {
		c.Peek(1)
	}
	srv.stop()
	c.answered(owed)
	if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
		t.Errorf("behind the answer comes %d, %v, want the end", n, err)
	}
	srv.wait()
}

func aClientThatNeverReadsIsGivenUp(t *testing.T, s *Server) {
	srv := s.program(t, Settings{Drain: usual})
	c := srv.glutton()
	flood(t, c.say, noise())
	begun := time.Now()
	srv.stop()
	srv.waitCut(s)
	if took := time.Since(begun); took > usual {
		t.Errorf("stopping took %v", took)
	}
}

// It reads, and too slowly. A FIN would tell it that it has everything.
func afterTheDrainTimeTheRestIsReset(t *testing.T, s *Server) {
	srv := s.program(t, Settings{Drain: 300 * time.Millisecond})
	c := srv.glutton()
	flood(t, c.say, noise())
	c.slowly(1 << 20)
	begun := time.Now()
	srv.stop()
	n, err := io.Copy(io.Discard, c.Reader)
	if !errno.Is(err, syscall.ECONNRESET) {
		t.Errorf("after %d bytes the client sees %v, want a reset", n, err)
	}
	srv.waitCut(s)
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("stopping took %v of 300ms", took)
	}
}

func whoNeverStopsTalkingIsStopped(t *testing.T, s *Server) {
	srv := s.program(t, Settings{Drain: 300 * time.Millisecond})
	c := srv.client()
	c.hello()
	go io.Copy(io.Discard, c.hear)
	begun := time.Now()
	srv.stop()
	for time.Since(begun) < timeout {
		if _, err := c.say.Write(c.talk.Ask(short)); err != nil {
			break
		}
		time.Sleep(time.Millisecond) // its pace
	}
	if err := srv.end(); err != nil && exitStatus(err) != cutStatus {
		t.Errorf("the server ended: %v", err)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("stopping took %v of 300ms", took)
	}
}

// waitCut wants a server to stop and to say that it has cut somebody off. A command says so
// to a person, and exits as usual.
func (s *server) waitCut(of *Server) {
	s.t.Helper()
	want := cutStatus
	if of.Command != nil {
		want = 0
	}
	if err := s.end(); exitStatus(err) != want {
		s.t.Errorf("the server ended: %v, want exit status %d", err, want)
	}
}

func exitStatus(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	if err != nil {
		return -1
	}
	return 0
}
