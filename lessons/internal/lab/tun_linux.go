package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

// openTUN makes a TUN device in the namespace of this thread: a network interface whose
// wire is a file. What the kernel sends over the interface can be read there, an IP packet
// a read, and what is written there has arrived. It lives as long as the file
// (linux/Documentation/networking/tuntap.rst).
func openTUN(addr netip.Addr) (*device, error) {
	const path = "/dev/net/tun"
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, noTUN(&fs.PathError{Op: "open", Path: path, Err: err})
	}
	alarm, err := newAlarm()
	if err == nil {
		err = attach(fd, addr)
	}
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	return &device{fd: fd, alarm: alarm}, nil
}

// A device is the wire's end of a TUN device. It is read by one thread that waits for
// nothing else: by way of Go's poller each packet would wait for a goroutine's turn.
type device struct {
	fd    int
	alarm *alarm
	gone  atomic.Bool
}

// Read waits for a packet. After stop it returns os.ErrClosed.
func (d *device) Read(packet []byte) (int, error) {
	for !d.gone.Load() {
		n, err := unix.Read(d.fd, packet)
		if err == nil {
			return n, nil
		}
		if err != unix.EAGAIN && err != unix.EINTR {
			return 0, os.NewSyscallError("read", err)
		}
		d.alarm.wait(never, unix.PollFd{Fd: int32(d.fd), Events: unix.POLLIN})
	}
	return 0, os.ErrClosed
}

// Write hands the host a packet. A packet that the host refuses is lost, as on any wire.
func (d *device) Write(packet []byte) (int, error) { return unix.Write(d.fd, packet) }

func (d *device) stop() {
	d.gone.Store(true)
	d.alarm.ring()
}

// close takes the device away. Nobody may be in Read or Write.
func (d *device) close() error {
	d.alarm.close()
	return os.NewSyscallError("close", unix.Close(d.fd))
}

// attach gives the file its device, and the device an address and a state.
func attach(fd int, addr netip.Addr) error {
	device, err := unix.NewIfreq("link")
	if err != nil {
		return err
	}
	device.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI) // IP packets, without a header of TUN's own
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, device); err != nil {
		return os.NewSyscallError("ioctl TUNSETIFF", err)
	}
	if err := raise("lo", nil); err != nil {
		return err
	}
	return raise("link", func(socket int) error {
		long, _ := unix.NewIfreq("link")
		long.SetUint32(10_000)
		// The packets that may wait until we read them. In a user namespace this is refused
		// (EPERM) and 500 have to do.
		unix.IoctlIfreq(socket, unix.SIOCSIFTXQLEN, long)
		return errors.Join(
			set(socket, "SIOCSIFMTU", unix.SIOCSIFMTU, func(r *unix.Ifreq) error { r.SetUint32(mtu); return nil }),
			set(socket, "SIOCSIFADDR", unix.SIOCSIFADDR, func(r *unix.Ifreq) error { return r.SetInet4Addr(addr.AsSlice()) }),
			set(socket, "SIOCSIFNETMASK", unix.SIOCSIFNETMASK, func(r *unix.Ifreq) error { return r.SetInet4Addr([]byte{255, 255, 255, 0}) }),
		)
	})
}

// set changes one property of the link's device, as netdevice(7) describes them.
func set(socket int, name string, request uint, fill func(*unix.Ifreq) error) error {
	r, err := unix.NewIfreq("link")
	if err != nil {
		return err
	}
	if err := fill(r); err != nil {
		return err
	}
	return os.NewSyscallError("ioctl "+name, unix.IoctlIfreq(socket, request, r))
}

// raise takes a device up, once prepare has been at it.
func raise(device string, prepare func(socket int) error) error {
	socket, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return os.NewSyscallError("socket", err)
	}
	defer unix.Close(socket)
	if prepare != nil {
		if err := prepare(socket); err != nil {
			return err
		}
	}
	r, err := unix.NewIfreq(device)
	if err != nil {
		return err
	}
	if err := unix.IoctlIfreq(socket, unix.SIOCGIFFLAGS, r); err != nil {
		return os.NewSyscallError("ioctl SIOCGIFFLAGS", err)
	}
	r.SetUint16(r.Uint16() | unix.IFF_UP)
	return os.NewSyscallError("ioctl SIOCSIFFLAGS", unix.IoctlIfreq(socket, unix.SIOCSIFFLAGS, r))
}

// The settings that every host of ours has. /proc/sys/net shows each thread those of its
// own namespace.
var settings = []struct{ name, value string }{
	// The device would send packets of its own (router solicitations) that nobody asked for.
	{"net/ipv6/conf/all/disable_ipv6", "1"},
	{"net/ipv6/conf/default/disable_ipv6", "1"},
	// Or a second connection would begin with what the first one learnt about the link.
	{"net/ipv4/tcp_no_metrics_save", "1"},
}

// The default of a machine may be bbr, which hardly feels a loss. The first of these that
// the kernel has is a host's default. For other programs on the host that takes an
// administrator of the machine, who may have allowed reno only.
var congestions = []string{"cubic", "reno"}

func configure() error {
	for _, name := range congestions {
		if os.WriteFile("/proc/sys/net/ipv4/tcp_congestion_control", []byte(name), 0) == nil {
			break
		}
	}
	for _, s := range settings {
		err := os.WriteFile("/proc/sys/"+s.name, []byte(s.value), 0)
		if errors.Is(err, fs.ErrNotExist) {
			continue // no IPv6 here: nothing to tame
		}
		if err != nil {
			return fmt.Errorf("lab: set %s: %w", s.name, err)
		}
	}
	return nil
}
