//go:build linux

package flow

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/02-socket-options/experiments/experimenttest"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestEveryExperimentShowsItsRelation(t *testing.T) { experimenttest.Shows(t, All()) }

func TestACancelledExperimentEndsSoonAndLeavesNothing(t *testing.T) {
	experimenttest.CalledOff(t, All(), "tcp-info", "congestion") // more than half a second
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
