// Package faults proves from outside what an echo server does when its clients misbehave.
// It knows nothing of the server but its address, so that every engine of the lesson has
// to stand the same tests.
//
// Read it in this order: faults.go (the list), echo.go (bytes), rude.go (resets), stop.go
// (the end), limit_unix.go (no descriptor left), clients.go (what all of them use).
package faults

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

// A Server is any engine of the lesson. It can be connected to before it runs.
type Server interface {
	Addr() netip.AddrPort
	Run(ctx context.Context) error
}

// Run tries everything on servers that listen opens. It also plays the server in a child
// process, and does not return there.
func Run[S Server](t *testing.T, listen func(ctx context.Context, address string) (S, error)) {
	s := &suite{listen: func(ctx context.Context, address string) (Server, error) { return listen(ctx, address) }}
	s.playPart()
	for _, fault := range []struct {
		name string
		test func(*testing.T, *suite)
	}{
		{"EveryByteComesBackInOrder", everyByteComesBackInOrder},
		{"ManyClientsAreServedAtOnce", manyClientsAreServedAtOnce},
		{"AGluttonGetsEveryByteAndFreezesNobody", aGluttonGetsEveryByteAndFreezesNobody},
		{"GluttonsDoNotUseUpWhatIsShared", gluttonsDoNotUseUpWhatIsShared},
		{"AHalfClosedClientIsAnsweredInFull", aHalfClosedClientIsAnsweredInFull},

		{"AResetEndsThatClientAndNoOther", aResetEndsThatClientAndNoOther},
		{"AResetGluttonEndsAndNoOther", aResetGluttonEndsAndNoOther},
		{"AStormOfResetsLeavesNothingBehind", aStormOfResetsLeavesNothingBehind},
		{"ClientsThatLeftBeforeAcceptDisturbNobody", clientsThatLeftBeforeAcceptDisturbNobody},
		{"RunningOutOfDescriptorsLosesNoClient", runningOutOfDescriptorsLosesNoClient},

		{"StoppingClosesTheSilentAtOnce", stoppingClosesTheSilentAtOnce},
		{"StoppingAnswersWhatHasArrived", stoppingAnswersWhatHasArrived},
		{"StoppingDoesNotWaitForAClientThatNeverReads", stoppingDoesNotWaitForAClientThatNeverReads},
		{"StoppingLetsNobodyInAnyMore", stoppingLetsNobodyInAnyMore},
		{"StoppingAtAnyMomentStops", stoppingAtAnyMomentStops},
	} {
		t.Run(fault.name, func(t *testing.T) {
			leak.Check(t)
			fault.test(t, s)
		})
	}
}

// A suite knows how to open the server under test.
type suite struct {
	listen func(ctx context.Context, address string) (Server, error)
}

// A server is a Server that a test has opened.
type server struct {
	Server
	t     *testing.T
	stop  context.CancelFunc
	ended chan error
}

// start runs a server until the end of the test, which fails if it ends with an error.
func (s *suite) start(t *testing.T) *server {
	t.Helper()
	srv := s.open(t)
	srv.run()
	return srv
}

// open opens a server that does not run yet.
func (s *suite) open(t *testing.T) *server {
	t.Helper()
	srv, err := s.listen(t.Context(), "127.0.0.1:0")
	must(t, err)
	return &server{Server: srv, t: t, ended: make(chan error, 1)}
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
	case <-time.After(patience):
		s.t.Fatal("the server does not stop")
	}
}
