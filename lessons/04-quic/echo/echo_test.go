package echo

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"
)

func TestAnEchoComesTwoRoundTripsAfterTheFirstPacket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		begun := time.Now()
		conn := b.client()
		if took := time.Since(begun); took != 2*delay {
			t.Errorf("the handshake took %v", took)
		}
		b.says(conn, "hello, wire\n")
		if took := time.Since(begun); took != 4*delay {
			t.Errorf("the answer took %v", took)
		}
	})
}

func TestStreamsOfOneConnectionAreAnsweredSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		slow, err := conn.OpenStreamSync(t.Context())
		must(t, err)
		slow.Write([]byte("hello, ")) // and its end does not come yet
		b.says(conn, "hello, wire\n")
		b.says(conn, "")
		b.says(conn, strings.Repeat("x", Limit))
		slow.Close()
		answer := make([]byte, 20)
		if n, _ := slow.Read(answer); string(answer[:n]) != "hello, " {
			t.Errorf("the stream that came first is answered %q", answer[:n])
		}
	})
}

// Each of them would cost the client one of its hundred streams, were it not given back.
func TestAStreamThatBringsTooMuchIsResetAndItsCreditComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		for range 150 {
			_, err := Say(t.Context(), conn, make([]byte, 2*Limit))
			if reset, ok := errors.AsType[*quic.StreamError](err); !ok || !reset.Remote || reset.ErrorCode != TooLong {
				t.Fatalf("the client hears: %v", err)
			}
		}
		b.says(conn, "hello, wire\n")
	})
}

func TestWhoIsCalledOffMidwaySaysSoAndLeavesTheConnectionUsable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t)
		conn := b.client()
		for range 150 {
			ctx, cancel := context.WithTimeout(t.Context(), delay)
			if _, err := Say(ctx, conn, []byte("hello, wire\n")); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the caller hears: %v", err)
			}
			cancel()
		}
		b.says(conn, "hello, wire\n")
	})
}
