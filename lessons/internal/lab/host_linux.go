package lab

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// A system is what Linux keeps of a host: its network namespace, and the wire's end of its
// device.
type system struct {
	ns     *os.File
	device *device
}

func newHost(name string, addr netip.Addr) (*Host, error) {
	h := &Host{Name: name, Addr: addr}
	var err error
	h.ns, err = newNamespace(func() error {
		if err := configure(); err != nil {
			return err
		}
		h.device, err = openTUN(addr)
		return err
	})
	if err != nil {
		return nil, noNamespace(err)
	}
	h.Congestion = h.defaultCongestion()
	return h, nil
}

// Do runs f on a thread of this host, so that every socket that f makes there is one of
// this host. f must not start goroutines that make sockets: those run where they like.
func (h *Host) Do(f func() error) error { return inside(h.ns, f) }

// Command is exec.CommandContext on this host. It goes by way of nsenter(1), because a
// thread cannot lend its namespace to a program that another thread starts. The program
// dies with this one.
func (h *Host) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "nsenter", append([]string{"--net=/proc/self/fd/3", "--", name}, args...)...)
	if _, err := exec.LookPath(name); err != nil && cmd.Err == nil {
		cmd.Err = err
	}
	cmd.ExtraFiles = []*os.File{h.ns} // becomes descriptor 3
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

func (h *Host) close() error {
	return errors.Join(h.device.close(), h.ns.Close())
}

// control sets the congestion control of a TCP socket before it is bound or connected.
func (h *Host) control(network, _ string, c syscall.RawConn) (err error) {
	if !strings.HasPrefix(network, "tcp") {
		return nil
	}
	controlling := c.Control(func(fd uintptr) {
		err = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, h.Congestion)
	})
	if err != nil {
		return os.NewSyscallError("setsockopt TCP_CONGESTION "+h.Congestion, err)
	}
	return controlling
}

// defaultCongestion is the first of congestions that a socket of this host may use.
func (h *Host) defaultCongestion() string {
	for _, name := range congestions {
		h.Congestion = name
		if listener, err := h.Listen("tcp4", "127.0.0.1:0"); err == nil {
			listener.Close()
			return name
		}
	}
	return ""
}

func congestion(fd int) (string, error) {
	name, err := unix.GetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION)
	return name, os.NewSyscallError("getsockopt TCP_CONGESTION", err)
}
