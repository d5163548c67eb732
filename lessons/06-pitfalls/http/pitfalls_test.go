package http

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
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
		for {
			io.WriteString(w, "x")
			http.NewResponseController(w).Flush()
			select {
			case <-time.After(10 * time.Millisecond):
			case <-r.Context().Done():
				return
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		const most = 200 * time.Millisecond
		err := simulate(t.Context(), &http.Server{Handler: http.HandlerFunc(drip)}, func(w *world) error {
			begun := time.Now()
			resp, err := timeout{}.fixed(w.transport, most).Get(w.url)
			if err == nil {
				_, err = io.Copy(io.Discard, resp.Body)
				resp.Body.Close()
			}
			if took := time.Since(begun); took != most || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v, after %v", err, took)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
