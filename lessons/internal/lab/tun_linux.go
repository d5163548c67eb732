package lab

import (
	"io/fs"
	"net/netip"
	"os"
	"sync/atomic"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/lab/netlink"
)

const linkName = "link"

// openTUN makes a TUN device in the namespace of this thread: a network interface whose
// wire is a file. What the kernel sends over the interface can be read there, an IP packet
// a read, and what is written there has arrived. It lives as long as the file
// (linux/Documentation/networking/tuntap.rst).
func openTUN(addresses ...netip.Prefix) (*device, error) {
	const path = "/dev/net/tun"
	fd, err := unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, noTUN(&fs.PathError{Op: "open", Path: path, Err: err})
	}
	alarm, err := newAlarm()
	if err != nil {
		unix.Close(fd)
		return nil, err
	}
	if err := attach(fd, addresses); err != nil {
		alarm.close()
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

// attach gives the file its device, and the device addresses and a state.
func attach(fd int, addresses []netip.Prefix) error {
	device, err := unix.NewIfreq(linkName)
	if err != nil {
		return err
	}
	device.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI) // IP packets, without a header of TUN's own
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, device); err != nil {
		return os.NewSyscallError("ioctl TUNSETIFF", err)
	}
	// The packets that may wait until we read them. In a user namespace this is refused
	// (EPERM) and 500 have to do.
	netlink.Queue(linkName, 10_000)
	if err := netlink.MTU(linkName, mtu); err != nil {
		return err
	}
	return configure(linkName, addresses)
}

// configure takes a host's interfaces up and gives it its addresses.
func configure(device string, addresses []netip.Prefix) error {
	for _, name := range []string{"lo", device} {
		if err := netlink.Up(name, true); err != nil {
			return err
		}
	}
	for _, p := range addresses {
		if p.Addr().Is6() && !hasIPv6() {
			continue
		}
		if err := netlink.Address(device, p); err != nil {
			return err
		}
	}
	return nil
}

// hasIPv6 tells whether the kernel can do it; it may have been started without.
func hasIPv6() bool {
	_, err := os.Stat("/proc/sys/net/ipv6")
	return err == nil
}
