// Package lab is a long link between two hosts on this machine, or a segment of several.
// Each host is a network namespace with a TCP and UDP of its own, the kernel's; the link
// between two is this program, which reads packets from one host's TUN device and writes
// them to the other's, later, or never. A segment is the kernel's bridge.
//
// Read it in this order: way.go (what a link can do to a packet), direction.go (one
// direction of it), drop.go (exactly one loss), host_linux.go (sockets and programs on a
// host), tun_linux.go and thread_linux.go (how a host is made), enter_linux.go (how to do
// without root), packet.go and capture.go (what passes by), segment_linux.go and netlink (a
// bridge and its cables). The page docs/lab.md tells how
// to use it.
package lab

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"onthewire/lessons/internal/experiment"
)

// mtu is what Ethernet carries: the bytes of the largest IP packet on the link.
const mtu = 1500

// The addresses of the two hosts. They exist in the link's namespaces only.
var (
	ClientAddr = netip.MustParseAddr("10.0.0.1")
	ServerAddr = netip.MustParseAddr("10.0.0.2")

	ClientAddr6 = netip.MustParseAddr("fd00::1")
	ServerAddr6 = netip.MustParseAddr("fd00::2")
)

// A Link joins two hosts. It may be used from several goroutines.
type Link struct {
	Client, Server     *Host
	ToServer, ToClient *Direction

	taps    *taps
	running sync.WaitGroup
	once    sync.Once
	closing error
}

// unavailable says why this system has no lab, and what would give it one.
func unavailable(why, remedy string) *experiment.Unavailable {
	return &experiment.Unavailable{Why: "lab: " + why, Remedy: remedy}
}

// Open makes two hosts and the link between them. Where the system does not allow it, the
// error is an *experiment.Unavailable. Close takes everything away; so does the end of the process,
// however it ends.
func Open(toServer, toClient Way) (*Link, error) {
	for _, way := range []Way{toServer, toClient} {
		if err := way.Validate(); err != nil {
			return nil, fmt.Errorf("lab: %w", err)
		}
	}
	l := &Link{taps: new(taps)}
	var err error
	names := make(map[string]*Host)
	if l.Client, err = newEnd("client", ClientAddr, ClientAddr6, names); err != nil {
		return nil, err
	}
	if l.Server, err = newEnd("server", ServerAddr, ServerAddr6, names); err != nil {
		return nil, errors.Join(err, l.Client.close())
	}
	l.ToServer, err = l.join(l.Client, l.Server, toServer)
	if err == nil {
		l.ToClient, err = l.join(l.Server, l.Client, toClient)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

func (l *Link) join(from, to *Host, way Way) (*Direction, error) {
	alarm, err := newAlarm()
	if err != nil {
		return nil, err
	}
	d := &Direction{
		toServer: to == l.Server, start: time.Now(), in: from.device, out: to.device,
		taps: l.taps, alarm: alarm, line: line{way: way},
	}
	l.running.Go(d.read)
	l.running.Go(d.deliver)
	return d, nil
}

// Set changes both directions.
func (l *Link) Set(way Way) error {
	if err := l.ToServer.Set(way); err != nil {
		return err
	}
	return l.ToClient.Set(way)
}

// Tap lets somebody see every packet as it enters the link, with what becomes of it. see
// is called from both directions, while the packet waits: it must not use the link.
func (l *Link) Tap(see func(Packet)) (remove func()) { return l.taps.add(see) }

// Close takes the link and its hosts away. Sockets that are still open on a host find that
// nobody answers any more.
func (l *Link) Close() error {
	l.once.Do(func() {
		l.Client.device.stop()
		l.Server.device.stop()
		directions := slices.DeleteFunc([]*Direction{l.ToServer, l.ToClient}, func(d *Direction) bool { return d == nil })
		for _, d := range directions {
			d.close()
		}
		l.running.Wait()
		for _, d := range directions {
			d.alarm.close()
		}
		l.closing = errors.Join(l.Client.close(), l.Server.close())
	})
	return l.closing
}
