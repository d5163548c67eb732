package tcp

import (
	"errors"
	"io"
	"net"
	"testing"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
	"onthewire/lessons/internal/twelve"
)

func TestWhatWasReadBeforeADeadlineIsForgotten(t *testing.T) { pitfalltest.Falls(t, Midway) }

// The peer pauses behind every byte, so there is a deadline behind every byte.
func TestADeadlineBehindEveryByteLosesNone(t *testing.T) {
	err := loopback(t.Context(), func(client, server net.Conn) error {
		said := 0
		look := func() error {
			_, err := io.WriteString(client, twelve.Bytes[said:said+1])
			said++
			return err
		}
		got := make([]byte, len(twelve.Bytes))
		if err := (midway{}).fixed(server, got, look); err != nil || string(got) != twelve.Bytes {
			t.Errorf("%q, %v", got, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPeerThatClosesInMidMessageIsAnErrorAlsoBehindADeadline(t *testing.T) {
	err := loopback(t.Context(), func(client, server net.Conn) error {
		io.WriteString(client, twelve.Bytes[:5])
		look := func() error { return client.Close() }
		if err := (midway{}).fixed(server, make([]byte, len(twelve.Bytes)), look); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
