package speed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"time"

	"golang.org/x/net/ipv4"

	"onthewire/lessons/03-udp-broadcast/discover"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/measure"
)

// Announcements lets one node hear the announcements of five hundred hosts.
var Announcements = experiment.Experiment{
	Name:     "announcements",
	Subjects: []string{"discovery"},
	About:    "Five hundred hosts announce themselves, and one listens",
	Do:       announcements,
}

const (
	hosts  = 500
	each   = 6                // announcements of a host
	lasts  = time.Minute      // what they would take, at one in ten seconds
	header = 14 + 20 + 8 + 24 // of Ethernet, IPv4 and UDP; then what a frame has besides: preamble, check sequence, gap
)

func announcements(ctx context.Context, r *experiment.Report) error {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	from, err := net.ListenUDP("udp4", nil)
	if err != nil {
		return errors.Join(err, conn.Close())
	}
	defer from.Close()
	ctx, cancel := context.WithCancel(ctx)
	listener := listen(ctx, conn)
	defer func() { cancel(); <-listener.ended }()

	announcers := ipv4.NewPacketConn(from)
	before, known := measure.CPU(os.Getpid())
	if !known {
		return &experiment.Unavailable{Why: "the CPU time of this process is not known", Remedy: "run it on Linux"}
	}
	bytes := 0
	for round := range each {
		r.Progress("%d of %d seconds' worth", round*10, int(lasts.Seconds()))
		for host := range hosts {
			data := announcement(host, round)
			bytes += len(data) + header
			// Hosts differ by their address, and all of 127.0.0.0/8 is ours.
			as := &ipv4.ControlMessage{Src: net.IPv4(127, 1, byte(host>>8), byte(host))}
			if _, err := announcers.WriteTo(data, as, conn.LocalAddr()); err != nil {
				return err
			}
			// The next one comes when this one is done with: so each wakes the listener, as it
			// would in a minute that lasts one.
			if err := listener.next(ctx); err != nil {
				return err
			}
		}
	}
	after, _ := measure.CPU(os.Getpid())
	core := (after - before).Seconds() / lasts.Seconds() * 100
	bits := float64(bytes) * 8 / hosts / lasts.Seconds()
	r.Add("hosts, all listed", listener.joined)
	r.Add("announcements, a minute's worth", listener.joined+listener.refreshed)
	r.Add("of one core, both ends", fmt.Sprintf("%.2f %%", core))
	r.Add("on the wire, each host", fmt.Sprintf("%.0f bit/s", bits))
	r.Shown = listener.joined == hosts && listener.refreshed == hosts*(each-1) && core < 1 && bits < 1000
	r.Says = "Five hundred neighbours cost a listener next to nothing. What grows is the sum, since everybody hears everybody."
	return nil
}

func announcement(host, round int) []byte {
	return discover.Message{
		Kind: discover.Announce, Instance: uint64(host) + 1, Sequence: uint32(round) + 1, Lifetime: 30 * time.Second,
		Port: 9000, Name: fmt.Sprintf("host-%03d", host), Service: "chat",
	}.Append(nil)
}

// A listening is a node that runs, and what it has heard. Its counts may be read after next.
type listening struct {
	events            chan discover.Event
	ended             chan struct{}
	joined, refreshed int
	failed            error // why the node has ended, known once ended is closed
}

func listen(ctx context.Context, conn *net.UDPConn) *listening {
	l := &listening{events: make(chan discover.Event), ended: make(chan struct{})}
	to, _ := netip.ParseAddrPort(conn.LocalAddr().String())
	node := discover.Node{
		Name: "listener", Service: "chat", Port: 9000,
		Interfaces: func() ([]string, error) { return []string{"lo"}, nil },
		Open: func(string) (*discover.Link, error) {
			return &discover.Link{Conn: conn, To: net.UDPAddrFromAddrPort(to)}, nil
		},
		Events: func(e discover.Event) {
			if e.Kind == discover.Sent || e.Kind == discover.LinkUp {
				return
			}
			select {
			case l.events <- e:
			case <-ctx.Done():
			}
		},
	}
	go func() { l.failed = node.Run(ctx); close(l.ended) }()
	return l
}

// next waits until the node has taken in one datagram.
func (l *listening) next(ctx context.Context) error {
	select {
	case e := <-l.events:
		switch e.Kind {
		case discover.Joined:
			l.joined++
		case discover.Refreshed:
			l.refreshed++
		default:
			return fmt.Errorf("an announcement was taken for: %s, %w", e.Kind, e.Err)
		}
		return nil
	case <-l.ended:
		return fmt.Errorf("the node has ended: %w", l.failed)
	case <-ctx.Done():
		return ctx.Err()
	}
}
