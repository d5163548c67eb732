package uring_test

import (
	"context"
	"errors"
	"testing"

	"onthewire/lessons/01-event-loop/faults"
	"onthewire/lessons/01-event-loop/uring"
)

func TestItStandsWhatClientsDo(t *testing.T) {
	s, err := uring.Listen(t.Context(), "127.0.0.1:0")
	if errors.Is(err, errors.ErrUnsupported) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	over, stop := context.WithCancel(t.Context())
	stop()
	if err := s.Run(over); err != nil { // the listener has to be closed
		t.Fatal(err)
	}
	faults.Run(t, uring.Listen)
}
