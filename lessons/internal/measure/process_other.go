//go:build !linux

package measure

import (
	"errors"
	"os/exec"
	"time"
)

// CPUs has a meaning on Linux only.
func CPUs() []int { return nil }

// Pin cannot be done here.
func Pin(...int) error { return errors.ErrUnsupported }

func pinned(_ int, start func() error) error { return start() }

func dieWithUs(*exec.Cmd) {}

// CPU cannot be known here without C.
func CPU(int) (time.Duration, bool) { return 0, false }

// Memory cannot be known here without C.
func Memory(int) (int, bool) { return 0, false }

func busy(int) (time.Duration, bool) { return 0, false }

// ThreadID has a meaning on Linux only.
func ThreadID() int { return 0 }

// ThreadCPU cannot be known here without C.
func ThreadCPU(int) (time.Duration, bool) { return 0, false }
