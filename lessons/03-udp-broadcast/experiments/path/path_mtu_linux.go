package path

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/lab/netlink"
)

// PathMTU sends by way of a router whose next link carries less.
var PathMTU = experiment.Experiment{
	Name:     "path-mtu",
	Subjects: []string{"IP_MTU_DISCOVER", "IP_MTU", "ICMP fragmentation needed"},
	About:    "A narrow place on the way, and how the sender hears of it",
	Do:       pathMTU,
}

const narrow = 1000 // bytes of a packet on the second link

func pathMTU(ctx context.Context, r *experiment.Report) error {
	segment, err := lab.OpenSegment(3)
	if err != nil {
		return err
	}
	defer segment.Close()
	sender, router, receiver := segment.Hosts[0], segment.Hosts[1], segment.Hosts[2]
	if err := detour(sender, router, receiver); err != nil {
		return err
	}
	conn, err := receiver.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	_, port, _ := net.SplitHostPort(conn.LocalAddr().String())
	dialed, err := sender.DialContext(ctx, "udp4", net.JoinHostPort(far.String(), port))
	if err != nil {
		return err
	}
	defer dialed.Close()
	from := dialed.(*net.UDPConn)
	defer context.AfterFunc(ctx, func() { from.Close() })()
	from.SetDeadline(time.Now().Add(10 * time.Second))
	if err := forbid(from); err != nil {
		return err
	}

	before, err := knownMTU(from)
	if err != nil {
		return err
	}
	_, first := from.Write(make([]byte, 1472)) // as much as the first link carries
	_, answer := from.Read(make([]byte, 1))    // what the router says ends a read
	_, second := from.Write(make([]byte, 1472))
	after, err := knownMTU(from)
	if err != nil {
		return err
	}
	if _, err := from.Write(make([]byte, after-28)); err != nil { // less the headers of IPv4 and UDP
		return err
	}
	buf := make([]byte, 2000)
	heard, _, err := conn.ReadFrom(buf)
	if err != nil {
		return err
	}
	if err := discoverMTU(from, unix.IP_PMTUDISC_WANT); err != nil { // Linux's default
		return err
	}
	if _, err := from.Write(make([]byte, 1472)); err != nil {
		return err
	}
	inPieces, _, err := conn.ReadFrom(buf)
	if err != nil {
		return err
	}
	r.Add("MTU of the path, as the kernel knows it", before)
	r.Add("first write of 1,472 bytes", said(first))
	r.Add("a read, ended by the router's answer", answer)
	r.Add("a second write of 1,472 bytes", said(second))
	r.Add("MTU of the path now", after)
	r.Add("a write of 972 bytes: bytes heard", heard)
	r.Add("a third that may be cut up, bytes heard", inPieces)
	r.Shown = before == 1500 && first == nil && errors.Is(answer, unix.EMSGSIZE) && errors.Is(second, unix.EMSGSIZE) && after == narrow && heard == narrow-28 && inPieces == 1472
	r.Says = "The first datagram pays for what the kernel learns. It was taken without an error, and fell at the router."
	return nil
}

func said(err error) any {
	if err == nil {
		return "no error"
	}
	return err
}

// far is an address of the receiver that the sender reaches by way of the router.
var far = netip.MustParseAddr("10.0.2.3")

// detour puts a router between two hosts of one segment, and a narrow link behind it.
func detour(sender, router, receiver *lab.Host) error {
	there := netip.PrefixFrom(far, 32)
	return errors.Join(
		receiver.Do(func() error { return netlink.Address("lo", there) }),
		sender.Do(func() error { return netlink.Route(there, router.Addr, 0) }),
		router.Do(func() error {
			// Both links are one bridge, so the router would tell the sender of a shorter way.
			for _, name := range []string{"conf/all/send_redirects", "conf/lan/send_redirects"} {
				if err := os.WriteFile("/proc/sys/net/ipv4/"+name, []byte("0"), 0); err != nil {
					return err
				}
			}
			if err := os.WriteFile("/proc/sys/net/ipv4/ip_forward", []byte("1"), 0); err != nil {
				return err
			}
			return netlink.Route(there, receiver.Addr, narrow)
		}),
	)
}

// knownMTU is how long a packet may be on the way to the peer of a connected socket.
func knownMTU(conn *net.UDPConn) (mtu int, err error) {
	err = experiment.Control(conn, func(fd int) error {
		mtu, err = unix.GetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU)
		return os.NewSyscallError("getsockopt IP_MTU", err)
	})
	return mtu, err
}
