//go:build linux

package server

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestEveryExperimentShowsItsRelation(t *testing.T) {
	for _, e := range All() {
		t.Run(e.Name, func(t *testing.T) {
			leak.Check(t)
			report, err := e.Run(t.Context())
			skipWhereMissing(t, err)
			for _, row := range report.Rows {
				t.Logf("%s: %v", row.Setting, row.Seen)
			}
			if !report.Shown {
				t.Error("it did not show")
			}
		})
	}
}

func TestACancelledExperimentEndsSoonAndLeavesNothing(t *testing.T) {
	long := []string{"timeouts", "defer-accept"} // more than half a second
	for _, e := range All() {
		for name, after := range map[string]time.Duration{"before": 0, "early": 20 * time.Millisecond, "midway": 150 * time.Millisecond} {
			t.Run(e.Name+"/"+name, func(t *testing.T) {
				leak.Check(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if after == 0 {
					cancel()
				} else {
					defer time.AfterFunc(after, cancel).Stop()
				}
				begun := time.Now()
				_, err := e.Run(ctx)
				skipWhereMissing(t, err, context.Canceled)
				if err == nil && (after == 0 || slices.Contains(long, e.Name)) {
					t.Error("it went on as if nothing had happened")
				}
				if took := time.Since(begun); took > 15*time.Second {
					t.Errorf("it ended after %v", took)
				}
			})
		}
	}
}

func TestAnOptionThatTheKernelRefusesLeavesNoListener(t *testing.T) {
	leak.Check(t)
	_, err := listen(t.Context(), "tcp4", "127.0.0.1:0", option{"SO_NONE", unix.SOL_SOCKET, 9999, 1})
	if !errors.Is(err, unix.ENOPROTOOPT) || !strings.Contains(err.Error(), "setsockopt SO_NONE") {
		t.Errorf("listen returned %v", err)
	}
}

func TestASilentClientOfADeferredListenerIsNotForgotten(t *testing.T) {
	leak.Check(t)
	q, err := queue(t.Context(), option{"TCP_DEFER_ACCEPT", unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 1})
	if err != nil {
		t.Fatal(err)
	}
	if q.silent == 0 {
		t.Error("the silent client was never accepted")
	}
}

// skipWhereMissing skips the test where the system lacks something, with what that is, and
// fails it on other errors than those allowed.
func skipWhereMissing(t *testing.T, err error, allowed ...error) {
	t.Helper()
	if missing, ok := errors.AsType[*experiments.Missing](err); ok {
		t.Skipf("%v; %s", missing, missing.Advice())
	}
	if no, ok := errors.AsType[*lab.Unavailable](err); ok {
		t.Skipf("%v; %s", no, no.Advice())
	}
	for _, a := range allowed {
		if errors.Is(err, a) {
			return
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}
