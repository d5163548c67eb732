//go:build !linux && !darwin && !dragonfly && !freebsd && !netbsd && !openbsd

package poller

import (
	"errors"
	"fmt"
	"runtime"
	"time"
)

// Mechanism is the system's own name for what a Poller stands on.
const Mechanism = "none"

// A Poller stands on epoll or kqueue, and this system has neither. Windows completes
// operations instead of announcing readiness.
type Poller struct{}

// New says what the lesson runs on.
func New() (*Poller, error) {
	return nil, fmt.Errorf("poller on %s: %w: there is no epoll and no kqueue; Linux, macOS and the BSDs have one",
		runtime.GOOS, errors.ErrUnsupported)
}

func (*Poller) Add(int, Interest) error    { return errors.ErrUnsupported }
func (*Poller) Change(int, Interest) error { return errors.ErrUnsupported }
func (*Poller) Remove(int) error           { return errors.ErrUnsupported }

func (*Poller) Wait([]Event, time.Duration) (int, error) { return 0, errors.ErrUnsupported }

func (*Poller) Wake() error  { return errors.ErrUnsupported }
func (*Poller) Close() error { return errors.ErrUnsupported }
