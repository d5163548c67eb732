package lab

import (
	"errors"
	"math"
	"net/netip"
	"os"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/leak"
)

func TestATimeThatNoClockHoldsIsRefused(t *testing.T) {
	for _, way := range []Way{{Delay: math.MaxInt64}, {Jitter: math.MaxInt64}, {Late: math.MaxInt64}} {
		if way.Validate() == nil {
			t.Errorf("%+v passed", way)
		}
	}
	l := line{way: Way{Delay: longest, Jitter: longest, Reorder: 1, Late: longest, Rate: 1, Queue: math.MaxInt}}
	for range 2 * inFlight / mtu {
		if arrives, fate := l.admit(0, mtu); fate.Arrives() && arrives < longest {
			t.Fatalf("a packet arrives after %v, before its delay", arrives)
		}
	}
}

func TestANumberOfNamespacesThatIsUsedUpIsExplained(t *testing.T) {
	err := noNamespace(os.NewSyscallError("unshare", unix.ENOSPC))
	if no, ok := errors.AsType[*experiment.Unavailable](err); !ok || no.Advice() == "" {
		t.Errorf("it says: %v", err)
	}
}

func TestADeviceThatCannotBeMadeLeavesNothingBehind(t *testing.T) {
	name := netip.MustParsePrefix("10.9.9.1/24")
	twice := func() error {
		ns, err := newNamespace(func(*os.File) error {
			first, err := openTUN(name)
			if err != nil {
				return err
			}
			defer first.close()
			if second, err := openTUN(name); err == nil {
				second.close()
				t.Error("two devices have one name")
			}
			return nil
		})
		if ns != nil {
			ns.Close()
		}
		return noNamespace(err)
	}
	err := twice()
	if no, ok := errors.AsType[*experiment.Unavailable](err); ok {
		t.Skipf("%v; %s", no, no.Advice())
	}
	if err != nil {
		t.Fatal(err)
	}
	leak.Check(t)
	twice()
}

// A sink is a host's device that has gone.
type sink struct{}

func (sink) Write(p []byte) (int, error) { return len(p), nil }

func TestWhatWaitsIsCountedAndWhatIsTooLongFalls(t *testing.T) {
	alarm, err := newAlarm()
	if err != nil {
		t.Fatal(err)
	}
	defer alarm.close()
	d := &Direction{start: time.Now(), out: sink{}, taps: new(taps), alarm: alarm, line: line{way: Way{Delay: time.Hour}}}
	d.accept(make([]byte, mtu+1))
	d.accept(append(make([]byte, 0, 1500), make([]byte, 28)...))
	if d.counts.Oversized != 1 || len(d.waiting) != 1 || d.held < 1500 {
		t.Errorf("%d too long, %d wait and count for %d bytes", d.counts.Oversized, len(d.waiting), d.held)
	}
}
