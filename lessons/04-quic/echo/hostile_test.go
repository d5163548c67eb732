package echo

import (
	"context"
	"errors"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"
)

// A glutton asks as much as it may and reads no answer.
func TestAGluttonHurtsNobodyAndIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		// The server cannot send it more than 100,000 bytes before it reads.
		glutton, _ := b.dial(&quic.Config{InitialConnectionReceiveWindow: 100_000, MaxConnectionReceiveWindow: 100_000})
		var streams []*quic.Stream
		for range 100 {
			stream, err := glutton.OpenStreamSync(t.Context())
			must(t, err)
			stream.Write(make([]byte, Limit))
			stream.Close()
			streams = append(streams, stream)
		}
		b.says(b.client(), "hello, wire\n")
		time.Sleep(Timeout + time.Second)
		slow := 0
		for _, stream := range streams {
			_, err := io.ReadAll(stream)
			if reset, ok := errors.AsType[*quic.StreamError](err); ok && reset.ErrorCode == TooSlow {
				slow++
			} else if err != nil {
				t.Errorf("an answer ends with %v", err)
			}
		}
		if slow != 90 {
			t.Errorf("%d of 100 answers were given up, and 10 fit into the window", slow)
		}
		b.says(glutton, "now I read")
	})
}

func TestAGluttonHoldsUpAServerThatStopsForTheDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		glutton, _ := b.dial(&quic.Config{InitialConnectionReceiveWindow: 100_000, MaxConnectionReceiveWindow: 100_000})
		for range 20 {
			stream, err := glutton.OpenStreamSync(t.Context())
			must(t, err)
			stream.Write(make([]byte, Limit))
			stream.Close()
		}
		time.Sleep(time.Second)
		b.stops(Drain)
		stopped(t, glutton)
	})
}

func TestTenThousandStreamsAreAHundredAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		var streams []*quic.Stream
		for len(streams) < 10_000 {
			stream, err := conn.OpenStream()
			if err != nil {
				if _, ok := errors.AsType[*quic.StreamLimitReachedError](err); !ok {
					t.Error(err)
				}
				break
			}
			streams = append(streams, stream)
		}
		if len(streams) != 100 {
			t.Fatalf("%d streams could be opened", len(streams))
		}
		// A byte on the last one opens those before it as well, and none of them ever ends.
		streams[99].Write([]byte("h"))
		b.says(b.client(), "hello, wire\n")
		time.Sleep(delay + Timeout) // then the server gives them up
		for i, stream := range streams {
			_, err := stream.Read(make([]byte, 1))
			if reset, ok := errors.AsType[*quic.StreamError](err); !ok || !reset.Remote || reset.ErrorCode != TooSlow {
				t.Fatalf("stream %d of 100 ended with %v", i, err)
			}
		}
		b.says(conn, "hello, wire\n")
	})
}

func TestStreamsInOneDirectionAreNotAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serving(t).client()
		if _, err := conn.OpenUniStream(); err == nil {
			t.Error("one was opened")
		}
	})
}

func TestAClientThatVanishesIsForgottenWhenTheIdleTimeoutHasPassed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn, vanish := b.dial(&quic.Config{MaxIdleTimeout: 5 * time.Second}) // the lower of the two counts
		b.says(conn, "hello, wire\n")
		theirs := <-b.accepted
		begun := time.Now()
		vanish()
		<-theirs.Context().Done()
		if _, ok := errors.AsType[*quic.IdleTimeoutError](context.Cause(theirs.Context())); !ok {
			t.Errorf("the connection ended with %v", context.Cause(theirs.Context()))
		}
		took := time.Since(begun) - 5*time.Second
		if took > delay || took < -2*delay { // its last packet may be an acknowledgement that is under way, or the question
			t.Errorf("that took %v longer than the timeout", took)
		}
		b.stops(0)
	})
}

func TestAClientThatVanishesWithAnAnswerUnderWayHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn, vanish := b.dial(nil)
		stream, err := conn.OpenStreamSync(t.Context())
		must(t, err)
		stream.Write([]byte("hello, wire\n"))
		stream.Close()
		time.Sleep(delay + delay/2)
		vanish()
		b.says(b.client(), "hello, wire\n")
		time.Sleep(Settle)
		b.stops(0)
	})
}
