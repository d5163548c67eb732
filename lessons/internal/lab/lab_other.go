//go:build !linux

package lab

import (
	"context"
	"errors"
	"net/netip"
	"os/exec"
	"syscall"
	"time"
)

var errLinuxOnly = unavailable(
	"network namespaces and TUN devices of one's own are Linux's",
	"run it on Linux; a virtual machine will do",
)

// Enter says that there is no lab on this system.
func Enter() error { return errLinuxOnly }

// EnterAlone is for Linux.
func EnterAlone() error { return errLinuxOnly }

type system struct{ device *device }

func newEnd(string, netip.Addr, netip.Addr, map[string]*Host) (*Host, error) {
	return nil, errLinuxOnly
}

// Shell is for Linux.
func (h *Host) Shell(ctx context.Context, line string) *exec.Cmd { return h.Command(ctx, line) }

// DefaultRoute is for Linux.
func (h *Host) DefaultRoute(bool) error { return errLinuxOnly }

// Do is for Linux.
func (h *Host) Do(func() error) error { return errLinuxOnly }

// Command is for Linux.
func (h *Host) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Err = errLinuxOnly
	return cmd
}

func (h *Host) close() error { return nil }

func (h *Host) control(string, string, syscall.RawConn) error { return errLinuxOnly }

func congestion(int) (string, error) { return "", errors.ErrUnsupported }

type device struct{}

func (*device) Read([]byte) (int, error)  { return 0, errLinuxOnly }
func (*device) Write([]byte) (int, error) { return 0, errLinuxOnly }
func (*device) stop()                     {}

type alarm struct{}

func newAlarm() (*alarm, error) { return nil, errLinuxOnly }

func (*alarm) tune()               {}
func (*alarm) untune()             {}
func (*alarm) sleep(time.Duration) {}
func (*alarm) ring()               {}
func (*alarm) close()              {}

type bridge struct{}

func (*bridge) open(int) ([]*Host, error)                 { return nil, errLinuxOnly }
func (*bridge) close([]*Host) error                       { return nil }
func (*bridge) tap([]*Host, func(Packet)) (func(), error) { return nil, errLinuxOnly }

// Unplug is for Linux.
func (*Host) Unplug() error { return errLinuxOnly }

// Plug is for Linux.
func (*Host) Plug() error { return errLinuxOnly }

// SetCarrier is for Linux.
func (*Host) SetCarrier(bool) error { return errLinuxOnly }
