package fetch

import (
	"context"
	"errors"
	"io"
	"strings"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/05-http/origin"
)

// visits asks one after the other, and wants each answer by this protocol after this time.
func visits(t *testing.T, s *scene, r *Racer, want ...any) {
	t.Helper()
	for i := 0; i < len(want); i += 2 {
		answer, err := r.Get(t.Context(), at(t, secure), io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if answer.Protocol != want[i] || answer.Phases.FirstByte != want[i+1] {
			t.Errorf("visit %d: %s after %v, want %v after %v", 1+i/2, answer.Protocol, answer.Phases.FirstByte, want[i], want[i+1])
		}
	}
}

func TestWhoHasHeardOfHTTP3ComesAgainByIt(t *testing.T) {
	play(t, origin.Kind{}, hello, func(t *testing.T, s *scene) {
		visits(t, s, &Racer{Client: s.client}, "HTTP/2.0", 3*rtt, "HTTP/3.0", 2*rtt, "HTTP/3.0", 2*rtt)
	})
}

func TestWhereUDPIsBlockedTheRaceCostsItsHeadStartOnce(t *testing.T) {
	play(t, origin.Kind{}, hello, func(t *testing.T, s *scene) {
		s.network.BlockUDP()
		r := &Racer{Client: s.client}
		visits(t, s, r, "HTTP/2.0", 3*rtt, "HTTP/2.0", HeadStart+3*rtt, "HTTP/2.0", 3*rtt)
		time.Sleep(5 * time.Minute) // and then it may be worth another try
		visits(t, s, r, "HTTP/2.0", HeadStart+3*rtt)
	})
}

func TestWithoutARaceBlockedUDPCostsTheWholeHandshakeTimeout(t *testing.T) {
	play(t, origin.Kind{}, hello, func(t *testing.T, s *scene) {
		s.network.BlockUDP()
		begun := time.Now()
		_, err := s.client.Get(t.Context(), at(t, secure), HTTP3, io.Discard)
		if took := time.Since(begun); err == nil || took != 5*time.Second {
			t.Errorf("it ended after %v: %v", took, err)
		}
	})
}

func TestTCPDoesNotWaitForTheHeadStartOfAQUICThatHasFailed(t *testing.T) {
	play(t, origin.Kind{ALPN: "echo"}, hello, func(t *testing.T, s *scene) {
		visits(t, s, &Racer{Client: s.client}, "HTTP/2.0", 3*rtt, "HTTP/2.0", rtt+3*rtt)
	})
}

func TestWhereTheServerSaysNothingThereIsNoRace(t *testing.T) {
	play(t, origin.Kind{Silent: true}, hello, func(t *testing.T, s *scene) {
		visits(t, s, &Racer{Client: s.client}, "HTTP/2.0", 3*rtt, "HTTP/2.0", 3*rtt)
	})
}

func TestAnOfferThatIsTakenBackOrTooOldIsNotFollowed(t *testing.T) {
	r := &Racer{}
	u := at(t, secure)
	for _, step := range []struct {
		field string
		ok    bool
	}{{`h3=":444"; ma=0`, false}, {`h3=":443"`, true}, {`clear`, false}, {`h2=":443"`, false}, {`h3="other.test:444"`, true}} {
		r.learn(u, []string{step.field})
		time.Sleep(time.Millisecond)
		if _, ok := r.offered(u); ok != step.ok {
			t.Errorf("after %s: offered %t", step.field, ok)
		}
	}
	if at, _ := r.offered(u); at != "other.test:444" {
		t.Errorf("it is offered at %s", at)
	}
}

func TestARaceThatNobodyWinsTellsOfBoth(t *testing.T) {
	play(t, origin.Kind{ALPN: "echo"}, hello, func(t *testing.T, s *scene) {
		r := &Racer{Client: s.client}
		u := at(t, "https://10.0.0.2:444/") // where nobody listens by TCP
		r.learn(u, []string{`h3=":443"`})
		_, err := r.Get(t.Context(), u, io.Discard)
		if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "no application protocol") {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestARaceThatIsCalledOffEndsAtOnce(t *testing.T) {
	play(t, origin.Kind{}, hello, func(t *testing.T, s *scene) {
		s.network.BlockUDP()
		r := &Racer{Client: s.client}
		u := at(t, secure)
		r.learn(u, []string{`h3=":443"`})
		ctx, cancel := context.WithTimeout(t.Context(), HeadStart+rtt/2)
		defer cancel()
		begun := time.Now()
		if _, err := r.Get(ctx, u, io.Discard); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != HeadStart+rtt/2 {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}
