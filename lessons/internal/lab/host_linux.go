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

	"onthewire/lessons/internal/lab/netlink"
)

// A system is what Linux keeps of a host: its network namespace, and the wire's end of its
// device.
type system struct {
	ns     *os.File
	device *device // of a link
	port   port    // of a segment
}

// newHost makes a host. attach gives it a device, in its namespace.
func newHost(name string, addr, addr6 netip.Addr, names map[string]*Host, attach func(*Host) error) (*Host, error) {
	h := &Host{Name: name, Addr: addr, Addr6: addr6, names: names}
	var err error
	h.ns, err = newNamespace(func(ns *os.File) error {
		h.ns = ns
		if err := prepare(); err != nil {
			return err
		}
		return attach(h)
	})
	if err != nil {
		return nil, noNamespace(err)
	}
	h.Congestion = h.defaultCongestion()
	names[name] = h
	return h, nil
}

// newEnd makes a host of a link.
func newEnd(name string, addr, addr6 netip.Addr, names map[string]*Host) (*Host, error) {
	return newHost(name, addr, addr6, names, func(h *Host) (err error) {
		h.device, err = openTUN(netip.PrefixFrom(addr, 24), netip.PrefixFrom(addr6, 64))
		return err
	})
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

// Shell is a line for the shell on this host, whose programs all hear of the end of ctx by
// SIGTERM. They are a process group of their own, so Ctrl-C reaches them only by way of ctx.
func (h *Host) Shell(ctx context.Context, line string) *exec.Cmd {
	cmd := h.Command(ctx, "sh", "-c", line)
	cmd.SysProcAttr.Setpgid = true
	cmd.Cancel = func() error { return unix.Kill(-cmd.Process.Pid, unix.SIGTERM) }
	return cmd
}

// DefaultRoute gives the host a way to everywhere, or takes it away: without one, what is
// sent to 255.255.255.255 or to an address outside its network fails with ENETUNREACH. A
// host of a segment has one at first, a host of a link has none.
func (h *Host) DefaultRoute(on bool) error {
	name := linkName
	if h.device == nil {
		name = lanName
	}
	return h.Do(func() error { return netlink.DefaultRoute(name, on) })
}

func (h *Host) close() error {
	if h.device == nil {
		return h.ns.Close()
	}
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
