//go:build linux

package flow

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

func TestACongestionControlThatTheKernelDoesNotHaveIsNamed(t *testing.T) {
	leak.Check(t)
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	_, err := carry(t.Context(), link, "pigeon")
	missing, ok := errors.AsType[*experiment.Unavailable](err)
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
		return mptcp(t.Context(), new(experiment.Report))
	})
	if _, ok := errors.AsType[*experiment.Unavailable](err); err != nil && !ok {
		t.Errorf("it returned %v", err)
	}
}

func TestASocketThatIsClosedGivesNoNotice(t *testing.T) {
	leak.Check(t)
	p, err := experiment.Loopback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	if _, _, err := notice(p.Client); !errors.Is(err, net.ErrClosed) {
		t.Errorf("it returned %v", err)
	}
}
