//go:build linux

package flow

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
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
	long := []string{"tcp-info", "congestion"} // more than half a second
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

func TestACongestionControlThatTheKernelDoesNotHaveIsNamed(t *testing.T) {
	leak.Check(t)
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	_, err := carry(t.Context(), link, "pigeon")
	missing, ok := errors.AsType[*experiments.Missing](err)
	if !ok || !strings.Contains(missing.Advice(), "pigeon") {
		t.Errorf("it returned %v", err)
	}
}

func TestWithoutMultipathTCPTheExperimentSaysWhatIsMissing(t *testing.T) {
	leak.Check(t)
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	err := link.Server.Do(func() error {
		if err := os.WriteFile("/proc/sys/net/mptcp/enabled", []byte("0"), 0); err != nil {
			return nil // it was never there: TestEveryExperiment has asked the same
		}
		_, err := mptcp(t.Context())
		return err
	})
	if _, ok := errors.AsType[*experiments.Missing](err); err != nil && !ok {
		t.Errorf("it returned %v", err)
	}
}

func TestASocketThatIsClosedGivesNoNotice(t *testing.T) {
	leak.Check(t)
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := meet(t.Context(), listener, func(address string) (net.Conn, error) { return net.Dial("tcp4", address) })
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	if _, _, err := notice(p.client); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it returned %v", err)
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
