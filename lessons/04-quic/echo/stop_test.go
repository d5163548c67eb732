package echo

import (
	"context"
	"errors"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"
)

func TestAServerThatStopsWaitsForNoIdleClientAndTellsItWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		b.says(conn, "hello, wire\n")
		time.Sleep(Settle)
		b.stops(0)
		stopped(t, conn)
	})
}

// The answer has left the server when it stops, and is lost, and lost again.
func TestAnAnswerUnderWayArrivesThoughTheServerStopsAndPacketsAreLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		b.says(conn, "hello, wire\n")
		time.Sleep(Settle)
		begun := time.Now()
		for range 3 { // one after the other: each waits for the next that is not lost already
			b.Drop(1, false)
		}
		go func() {
			time.Sleep(delay + delay/2) // now
			b.stop()
		}()
		b.says(conn, "once more\n")
		if time.Since(begun) == 2*delay {
			t.Error("no packet of the answer was lost")
		}
		conn.CloseWithError(0, "") // whoever has read the last byte
		b.stops(delay)             // the close travels
	})
}

func TestWhoHasItsAnswerAndDoesNotCloseIsGivenUpASecondAfterIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		b.says(conn, "hello, wire\n") // which left the server a delay ago
		b.stops(Settle - delay)
		stopped(t, conn)
	})
}

func TestAQuestionThatHasNoEndHoldsUpAServerThatStopsForTheDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		stream, err := conn.OpenStreamSync(t.Context())
		must(t, err)
		stream.Write([]byte("hello, wi"))
		time.Sleep(time.Second)
		b.stops(Drain)
		stopped(t, conn)
	})
}

func TestAQuestionThatEndsDuringTheDrainIsAnsweredAndNoNewOneIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		stream, err := conn.OpenStreamSync(t.Context())
		must(t, err)
		stream.Write([]byte("hello, "))
		time.Sleep(time.Second)
		b.stop()
		time.Sleep(time.Second)
		unheard := make(chan error, 1)
		go func() {
			_, err := Say(t.Context(), conn, []byte("is anybody there?"))
			unheard <- err
		}()
		stream.Write([]byte("wire\n"))
		stream.Close()
		answer := make([]byte, 20)
		if n, _ := stream.Read(answer); string(answer[:n]) != "hello, wire\n" {
			t.Errorf("the answer is %q", answer[:n])
		}
		closed, ok := errors.AsType[*quic.ApplicationError](<-unheard)
		if !ok || closed.ErrorCode != Stopping {
			t.Errorf("a stream that came too late ended with %v", closed)
		}
	})
}

func TestNobodyNewGetsInDuringTheDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		stream, err := b.client().OpenStreamSync(t.Context())
		must(t, err)
		stream.Write([]byte("hello, wi")) // it keeps the server draining
		time.Sleep(time.Second)
		b.stop()
		time.Sleep(delay)
		socket, err := b.Client()
		must(t, err)
		defer socket.Close()
		late := &quic.Transport{Conn: socket}
		defer late.Close()
		ctx, cancel := context.WithTimeout(t.Context(), Drain/2)
		defer cancel()
		if _, err := late.Dial(ctx, b.listener.Addr(), ClientTLS(b.authority.Pool(), "localhost"), nil); err == nil {
			t.Error("it did")
		}
	})
}

func TestWhenAcceptFailsItsErrorComesAtOnceAndAllAreCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		idle, busy := b.client(), b.client()
		b.says(idle, "hello, wire\n")
		stream, err := busy.OpenStreamSync(t.Context())
		must(t, err)
		stream.Write([]byte("hello, wi"))
		time.Sleep(time.Second)
		begun := time.Now()
		b.listener.Close()
		err = <-b.ended
		b.ended <- nil
		if !errors.Is(err, quic.ErrServerClosed) || !errors.Is(err, net.ErrClosed) {
			t.Errorf("the server ends with %v", err)
		}
		if took := time.Since(begun); took != 0 {
			t.Errorf("it took %v", took)
		}
		stopped(t, idle)
		stopped(t, busy)
	})
}
