package blocking

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/04-quic/network"
)

// exactly loses a packet of ten streams in virtual time.
func exactly(t *testing.T, nth int, lose func(context.Context, *network.Network, Rival, int) (Loss, error)) (loss Loss) {
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(OneWay)
		defer n.Close()
		var err error
		if loss, err = lose(t.Context(), n, QUIC, nth); err != nil {
			t.Fatalf("packet %d: %v", nth, err)
		}
	})
	return loss
}

func TestNineOfTenStreamsTakeOneRoundTripAndTheTenthTakesTwo(t *testing.T) {
	const paced = RTT / 10 // until the last packet has left
	for _, nth := range []int{1, 5, 20} {
		loss := exactly(t, nth, Lose)
		late := 0
		for number, took := range loss.With {
			if without := loss.Without[number]; without < RTT || without > RTT+paced {
				t.Errorf("packet %d: without it stream %d took %v", nth, number, without)
			}
			if took >= 2*RTT && took <= 2*RTT+paced {
				late++
			} else if took < RTT || took > RTT+paced {
				t.Errorf("packet %d: stream %d took %v", nth, number, took)
			}
		}
		if late != 1 || loss.Noticed() != 1 {
			t.Errorf("packet %d: %d have noticed: %v", nth, late, loss.With)
		}
	}
}

// One stream may have had the first packets for itself: then it ends before the others begin.
func TestOnAColdConnectionTheOtherStreamsNoticeToo(t *testing.T) {
	if loss := exactly(t, 5, LoseCold); loss.Noticed() < Downloads-1 {
		t.Errorf("%d have noticed: %v", loss.Noticed(), loss)
	}
}

func TestTenStreamsEndWhateverIsLostAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(OneWay)
		defer n.Close()
		run, err := Random(t.Context(), n, QUIC, 100_000, 0.02)
		if err != nil || run.First < RTT || run.Last < run.First || run.Stall <= 0 || run.Stall > run.Last-RTT {
			t.Errorf("the ten went like this: %+v, %v", run, err)
		}
	})
}

// A sink keeps a download, and whether it was closed.
type sink struct {
	bytes.Buffer
	closed bool
}

func (s *sink) Close() error { s.closed = true; return nil }

func TestDownloadsThatShareAConnectionArriveWhole(t *testing.T) {
	for _, size := range []int{1, Piece, Piece + 1, 3 * Piece} {
		var wire bytes.Buffer
		var want [][]byte
		var sinks []io.WriteCloser
		for _, letter := range []string{"a", "b", "c"} {
			want = append(want, bytes.Repeat([]byte(letter), size))
			sinks = append(sinks, &sink{})
		}
		if err := Send(&wire, want); err != nil {
			t.Fatal(err)
		}
		if err := Receive(&wire, sinks, size); err != nil || wire.Len() != 0 {
			t.Fatalf("%d bytes are left, %v", wire.Len(), err)
		}
		for number, data := range want {
			if got := sinks[number].(*sink); !got.closed || !bytes.Equal(got.Bytes(), data) {
				t.Errorf("download %d has %d bytes of %d, closed: %v", number, got.Len(), len(data), got.closed)
			}
		}
	}
}

func TestAFrameThatMakesNoSenseEndsTheDownloads(t *testing.T) {
	for name, frames := range map[string]string{
		"cut in its head":      "\x00",
		"cut in its piece":     "\x00\x00\x00\x05abc",
		"of an unknown number": "\x00\x01\x00\x01a",
		"of no bytes":          "\x00\x00\x00\x00",
		"longer than wanted":   "\x00\x00\x00\x06abcdef",
		"that is the last":     "\x00\x00\x00\x01a",
	} {
		err := Receive(strings.NewReader(frames), []io.WriteCloser{&sink{}}, 5)
		if err == nil || !strings.HasPrefix(err.Error(), "receive a") {
			t.Errorf("a frame %s: %v", name, err)
		}
	}
}

func TestADownloadEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(OneWay)
		defer n.Close()
		c, err := openQUIC(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ctx, stop := context.WithTimeout(t.Context(), OneWay)
		defer stop()
		begun := time.Now()
		if _, err := have(ctx, c, Size); err == nil || time.Since(begun) != OneWay {
			t.Errorf("it ended after %v: %v", time.Since(begun), err)
		}
	})
}
