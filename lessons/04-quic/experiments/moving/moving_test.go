package moving

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestAPathIsProbedInARoundTripWhileTheOldOneCarriesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		early, silent, speaking, err := moves(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if wrong := judgeMoves(early, silent, speaking); wrong != "" {
			t.Error(wrong)
		}
		if early.took != 2*oneWay {
			t.Errorf("AddPath, Probe and Switch took %v, want a round trip", early.took)
		}
	})
}

func TestAServerLearnsOfANewPortWhenTheClientSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, silent, kept, err := forget(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if wrong := judgeForgotten(busy, silent, kept); wrong != "" {
			t.Error(wrong)
		}
		// The keep-alive goes there, the challenge comes back, the response goes, and the block
		// comes. The time until the keep-alive counts from the last packet, of which there may
		// have been one behind the last block: an acknowledgement.
		if least := keepAlive + 4*oneWay; kept.wait < least || kept.wait > least+2*oneWay {
			t.Errorf("with a keep-alive a block came %v after the one before, want %v or little more", kept.wait, least)
		}
		// An acknowledgement waits for 25 ms at most (RFC 9000, section 13.2.1).
		if most := 25*time.Millisecond + 4*oneWay + 5*time.Millisecond; busy.wait > most {
			t.Errorf("a busy client waited %v, want %v at most", busy.wait, most)
		}
	})
}
