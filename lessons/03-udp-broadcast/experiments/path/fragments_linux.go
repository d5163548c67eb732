// Package path has experiments with datagrams that are larger than a packet may be.
package path

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/lab/netlink"
)

// Fragments sends datagrams that fit a packet and some that do not.
var Fragments = experiment.Experiment{
	Name:     "fragments",
	Subjects: []string{"IP_MTU_DISCOVER", "EMSGSIZE"},
	About:    "A datagram that is cut up, and one lost piece of it",
	Do:       fragments,
}

func fragments(ctx context.Context, r *experiment.Report) error {
	w, err := newWire(ctx)
	if err != nil {
		return err
	}
	defer w.Close()
	anything := func(lab.Packet) bool { return true }
	var all []outcome
	for _, try := range []struct {
		name string
		size int
		lose int // which of the packets
	}{
		{"1,472 bytes", 1472, 0},
		{"1,473 bytes", 1473, 0},
		{"4,000 bytes", 4000, 0},
		{"4,000 bytes, the second packet lost", 4000, 2},
	} {
		if try.lose > 0 {
			w.ToServer.Drop(try.lose, anything)
		}
		o, err := w.carry(try.size)
		if err != nil {
			return err
		}
		r.Add(try.name, o)
		all = append(all, o)
	}
	if err := forbid(w.from); err != nil {
		return err
	}
	_, refused := w.from.Write(make([]byte, 1473))
	r.Add("1,473 bytes that must not be cut up", refused)
	// The link carries 1,500 as before, and says nothing about what it drops.
	if err := w.Client.Do(func() error { return netlink.MTU("link", 2000) }); err != nil {
		return err
	}
	unseen, err := w.carry(1473)
	if err != nil {
		return err
	}
	r.Add("the same, our interface set to 2,000", unseen)
	r.Shown = all[0] == outcome{1, 1472} && all[1] == outcome{2, 1473} && all[2] == outcome{3, 4000} && all[3] == outcome{3, 0} &&
		errors.Is(refused, unix.EMSGSIZE) && unseen == outcome{1, 0}
	r.Says = "One byte too many makes a second packet. Whoever loses one piece loses the datagram, since IP repeats nothing."
	return nil
}

// forbid lets no packet of a socket be cut up, here or on the way: each has DF set, and what
// is too long for the path is refused (ip(7)).
func forbid(conn *net.UDPConn) error { return discoverMTU(conn, unix.IP_PMTUDISC_DO) }

func discoverMTU(conn *net.UDPConn, how int) error {
	return experiment.Control(conn, func(fd int) error {
		return os.NewSyscallError("setsockopt IP_MTU_DISCOVER", unix.SetsockoptInt(fd, unix.IPPROTO_IP, unix.IP_MTU_DISCOVER, how))
	})
}

// An outcome is what became of one datagram.
type outcome struct{ packets, heard int }

func (o outcome) String() string {
	packets := fmt.Sprintf("%d packets", o.packets)
	if o.packets == 1 {
		packets = "1 packet"
	}
	if o.heard == 0 {
		return packets + ", nothing heard"
	}
	return fmt.Sprintf("%s, %d bytes heard", packets, o.heard)
}

// A wire is a link with a socket at each end.
type wire struct {
	*lab.Link
	from, at *net.UDPConn
	stop     func() bool
}

func newWire(ctx context.Context) (*wire, error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return nil, err
	}
	at, err := link.Server.ListenPacket("udp4", "server:0")
	if err != nil {
		return nil, errors.Join(err, link.Close())
	}
	from, err := link.Client.DialContext(ctx, "udp4", at.LocalAddr().String())
	if err != nil {
		return nil, errors.Join(err, at.Close(), link.Close())
	}
	at.SetReadDeadline(time.Now().Add(10 * time.Second))
	return &wire{link, from.(*net.UDPConn), at.(*net.UDPConn), context.AfterFunc(ctx, func() { at.Close() })}, nil
}

func (w *wire) Close() error {
	w.stop()
	return errors.Join(w.from.Close(), w.at.Close(), w.Link.Close())
}

// carry sends a datagram and a small one behind it. Once that is heard, the first is where
// it will ever be.
func (w *wire) carry(size int) (o outcome, err error) {
	before := w.ToServer.Counts().Packets
	for _, data := range [][]byte{make([]byte, size), {'.'}} {
		if _, err := w.from.Write(data); err != nil {
			return o, err
		}
	}
	for buf := make([]byte, 1<<16); ; {
		n, err := w.at.Read(buf)
		if err != nil {
			return o, err
		}
		if n == 1 {
			o.packets = w.ToServer.Counts().Packets - before - 1
			return o, nil
		}
		o.heard = n
	}
}
