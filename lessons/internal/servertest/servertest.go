// Package servertest proves from outside what a server does when its clients misbehave, and
// how it ends. Every server of this house is held to it. It knows nothing of the server but
// its address and how one speaks with it.
//
// A server ends in one of three ways.
//
//   - Stopped (its context ends, or SIGINT or SIGTERM comes): it lets nobody in any more. It
//     answers what has arrived, and what follows without a pause, for as long as bytes move:
//     to it, from it, or in the kernel between. It finishes first (FIN), so that no RST cuts
//     an answer, and closes once the peer's kernel has everything. A peer that takes nothing
//     for a stated time is given up, and after the drain time everybody is: by RST, for
//     after a FIN the peer would think that it had everything. The server says how much.
//   - Failed (accept or the poller breaks for good): it returns the error at once.
//   - Short of something (EMFILE and its kin): it waits until a descriptor is free, sleeps
//     meanwhile, and loses neither a client nor its listener.
//
// What a peer has written and its own kernel has not sent yet, nobody here can see. That is
// why a pause ends a conversation.
//
// Read it in this order: servertest.go (the list), talk.go (how one speaks), process.go
// (the server), client.go (its clients), hostile.go (what they do), stop.go (how it ends),
// days_linux.go (what may happen to a process).
package servertest

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
)

// A Server is a server to be held to the suite. It has Open or Command.
type Server struct {
	// Open opens a server in this process on a free port of 127.0.0.1, and says where. From
	// then on clients can connect, and run serves them until ctx is done.
	Open func(ctx context.Context, s Settings) (address string, run func(context.Context) error, err error)

	// Command is a program that listens on a free port of 127.0.0.1. Its first line is
	// "listening on HOST:PORT", or a URL.
	Command func(s Settings) *exec.Cmd

	Talk Talk // none: it echoes
}

// Settings are what a test wants of a server. A server that has no such setting ignores it.
type Settings struct {
	Drain time.Duration // how long stopping may take
	Idle  time.Duration // how long a client may be silent; 0: for ever
}

// usual is how long a server may take to stop, where a test does not say otherwise.
const usual = 5 * time.Second

// Run tries everything. It also plays the server in a child process, and does not return
// there.
func Run(t *testing.T, s Server) {
	if s.Talk.Ask == nil {
		s.Talk = Echo()
	}
	s.playPart(t)
	s.skipWhereUnsupported(t)
	for _, test := range []struct {
		name string
		test func(*testing.T, *Server)
		only kind
	}{
		{"EveryByteComesBackInOrder", everyByteComesBackInOrder, all},
		{"ManyClientsAreServedAtOnce", manyClientsAreServedAtOnce, streams},
		{"AGluttonGetsEveryByteAndFreezesNobody", aGluttonGetsEveryByteAndFreezesNobody, streams | inProcess},
		{"GluttonsDoNotUseUpWhatIsShared", gluttonsDoNotUseUpWhatIsShared, streams},
		{"AHalfClosedClientIsAnsweredInFull", aHalfClosedClientIsAnsweredInFull, streams},
		{"AResetEndsThatClientAndNoOther", aResetEndsThatClientAndNoOther, all},
		{"AResetGluttonEndsAndNoOther", aResetGluttonEndsAndNoOther, streams | inProcess},
		{"AStormOfResetsLeavesNothingBehind", aStormOfResetsLeavesNothingBehind, all},
		{"ClientsThatLeftBeforeAcceptDisturbNobody", clientsThatLeftBeforeAcceptDisturbNobody, inProcess},

		{"StoppingClosesTheSilentAtOnce", stoppingClosesTheSilentAtOnce, all},
		{"StoppingAnswersWhatHasArrived", stoppingAnswersWhatHasArrived, streams},
		{"StoppingLetsNobodyInAnyMore", stoppingLetsNobodyInAnyMore, all},
		{"StoppingAtAnyMomentStops", stoppingAtAnyMomentStops, inProcess},
		{"ASteadyReaderGetsEveryByteAfterTheStop", aSteadyReaderGetsEveryByteAfterTheStop, days},
		{"AClientThatNeverReadsIsGivenUp", aClientThatNeverReadsIsGivenUp, streams | days},
		{"AfterTheDrainTimeTheRestIsReset", afterTheDrainTimeTheRestIsReset, streams | days},
		{"WhoNeverStopsTalkingIsStopped", whoNeverStopsTalkingIsStopped, streams | days},

		{"ASuspendedServerAnswersWhatCameMeanwhile", aSuspendedServerAnswersWhatCameMeanwhile, days},
		{"RunningOutOfDescriptorsLosesNoClientAndBurnsNoCPU", runningOutOfDescriptors, days | alone},
		{"ABrokenListenerEndsTheServerAtOnce", aBrokenListenerEndsTheServerAtOnce, days},
		{"ClosedStandardStreamsHurtNobody", closedStandardStreamsHurtNobody, days},
	} {
		if test.only&streams != 0 && !s.Talk.Stream || test.only&inProcess != 0 && s.Open == nil || test.only&alone != 0 && s.Talk.Forwards {
			continue // it makes no sense of this server
		}
		t.Run(test.name, func(t *testing.T) {
			if test.only&days != 0 {
				t.Parallel() // it mostly waits, and its server is another process
			} else {
				leak.Check(t)
			}
			test.test(t, &s)
		})
	}
}

// A kind says which servers a test is for, and in which process.
type kind int

const (
	all       kind = 0
	streams   kind = 1 << iota // one may ask on and on without reading an answer
	inProcess                  // the server is in this process
	days                       // in another one
	alone                      // it asks nobody else
)

// size scales a test down, unless it is soaked.
func size(usual, soaked int) int {
	if os.Getenv("SOAK") != "" {
		return soaked
	}
	return usual
}
