package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/06-pitfalls/pitfall/pitfalltest"
)

func TestABodyThatNobodyClosesKeepsItsConnection(t *testing.T) { pitfalltest.Falls(t, Body) }
func TestAClientWithoutATimeoutWaitsForEver(t *testing.T)      { pitfalltest.Falls(t, Timeout) }
func TestOfManyConnectionsTwoAreKept(t *testing.T)             { pitfalltest.Falls(t, Idle) }
func TestAPostOnAConnectionThatIsClosingFails(t *testing.T)    { pitfalltest.Falls(t, Stale) }
func TestFieldsForTheProxyReachTheOrigin(t *testing.T)         { pitfalltest.Falls(t, Hops) }
func TestAStreamIsCutByATimeoutForAnswers(t *testing.T)        { pitfalltest.Falls(t, Stream) }
func TestAStopDropsWhatIsInFlight(t *testing.T)                { pitfalltest.Falls(t, Sigterm) }

// An answer without an end is not read to its end, and its connection is given up.
func TestAnEndlessBodyIsLeft(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := io.WriteString(w, strings.Repeat("x", 1000)); err != nil {
				return
			}
		}
	}
	err := serve(t.Context(), http.HandlerFunc(endless), func(w *world) error {
		there, err := body{}.fixed(&http.Client{Transport: w.transport}, w.url)
		if !there || err != nil {
			t.Errorf("%v, %v", there, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A server that sends a byte now and then makes progress, and wins no time.
func TestTheTimeoutIsForTheBodyToo(t *testing.T) {
	drip := func(w http.ResponseWriter, r *http.Request) {
		for tick := time.NewTicker(10 * time.Millisecond); r.Context().Err() == nil; <-tick.C {
			io.WriteString(w, "x")
			http.NewResponseController(w).Flush()
		}
	}
	err := serve(t.Context(), http.HandlerFunc(drip), func(w *world) error {
		resp, err := timeout{}.fixed(w.transport, 200*time.Millisecond).Get(w.url)
		if err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		if !errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
