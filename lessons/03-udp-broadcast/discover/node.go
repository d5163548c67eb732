package discover

import (
	"cmp"
	"context"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"
)

// A Node announces one service, and tells who else announces.
type Node struct {
	Name, Service string
	Port          uint16
	Interval      time.Duration // between announcements, 1 s to 40 s; 0 means 10 s

	Interfaces func() ([]string, error)         // which there are now; asked again each second
	Open       func(name string) (*Link, error) // makes the socket of one; Run closes it
	Events     func(Event)                      // hears what happens, in order
}

// An Event is what has happened to a peer, to a link, or to a datagram.
type Event struct {
	Kind EventKind
	Peer Peer  // Link alone is set where no peer is concerned
	Size int   // bytes, of a datagram sent or dropped
	Err  error // why
}

type EventKind string

const (
	Joined    EventKind = "joined"
	Refreshed EventKind = "refreshed"
	Left      EventKind = "left"
	Sent      EventKind = "sent"
	Dropped   EventKind = "dropped" // a datagram that counted for nothing
	LinkUp    EventKind = "link up"
	LinkDown  EventKind = "link down"
)

const (
	usually  = 10 * time.Second
	lifetime = 3                      // intervals: two announcements may be lost
	eager    = 3                      // announcements on a new link that come a second apart, each with a query
	gap      = 500 * time.Millisecond // between two announcements, whoever asks
)

// A run is what one call of Run knows. Its goroutine alone touches it.
type run struct {
	*Node
	instance uint64
	sequence uint32
	peers    *peers
	links    map[string]*Link
	refused  map[string]string // by link: why it could not be opened
	heard    chan datagram
	readers  sync.WaitGroup

	due, last time.Time // the next announcement, and the one before
	eager     int
}

// Run announces and listens until ctx ends, then says goodbye.
func (n *Node) Run(ctx context.Context) error {
	r := &run{
		Node: n, instance: rand.Uint64(), peers: newPeers(),
		links: map[string]*Link{}, refused: map[string]string{}, heard: make(chan datagram),
	}
	if err := r.message(Announce).Validate(); err != nil {
		return err
	}
	defer r.close()
	look := time.NewTicker(time.Second)
	defer look.Stop()
	if err := r.look(); err != nil {
		return err
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(time.Until(earlier(r.peers.next, r.due)))
		select {
		case <-ctx.Done():
			r.send(Goodbye)
			return nil
		case d := <-r.heard:
			r.hear(d)
		case <-look.C:
			if err := r.look(); err != nil {
				return err
			}
		case <-timer.C:
			r.announce(time.Now())
		}
		r.peers.sweep(time.Now(), r.Events)
	}
}

// hear takes in one datagram, whoever sent it.
func (r *run) hear(d datagram) {
	if d.err != nil {
		r.unlink(d.link, d.err)
		return
	}
	m, err := Parse(d.data)
	switch now := time.Now(); {
	case err != nil:
		r.drop(d, err)
	case m.Instance == r.instance && !after(m.Sequence, r.sequence):
		// Our own words: a group that we have joined hears us too.
	case m.Instance == r.instance:
		// Somebody speaks in our name, and those who believed it take what we say for old.
		r.sequence = m.Sequence
		r.hasten(now)
	case m.Kind == Query:
		r.hasten(now)
	default:
		if err := r.peers.hear(m, d.from, d.link, now, r.Events); err != nil {
			r.drop(d, err)
		}
	}
}

func (r *run) drop(d datagram, why error) {
	r.Events(Event{Kind: Dropped, Peer: Peer{Addr: netip.AddrPortFrom(d.from, 0), Link: d.link}, Size: len(d.data), Err: why})
}

// hasten lets the next announcement come soon: not at once, because everybody who heard the
// same question would answer in the same moment (RFC 6762 §6), and not too often.
func (r *run) hasten(now time.Time) {
	soon := now.Add(20*time.Millisecond + rand.N(100*time.Millisecond))
	if next := r.last.Add(gap); soon.Before(next) {
		soon = next
	}
	r.due = earlier(r.due, soon)
}

// announce says that we are here, where it is time to, and when it will be time again.
func (r *run) announce(now time.Time) {
	if now.Before(r.due) {
		return
	}
	r.last = now
	if r.eager > 0 {
		r.eager--
		r.send(Query)
		r.due = now.Add(time.Second)
	} else {
		r.due = now.Add(r.interval() - rand.N(r.interval()/10))
	}
	r.send(Announce)
}

func (r *run) interval() time.Duration { return cmp.Or(r.Interval, usually) }

func (r *run) message(kind Kind) Message {
	return Message{
		Kind: kind, Instance: r.instance, Sequence: r.sequence, Lifetime: lifetime * r.interval(),
		Port: r.Port, Name: r.Name, Service: r.Service,
	}
}

// send says it on each link.
func (r *run) send(kind Kind) {
	r.sequence++
	data := r.message(kind).Append(nil)
	for name, link := range r.links {
		if _, err := link.Conn.WriteTo(data, link.To); err != nil {
			r.unlink(name, err)
			continue
		}
		r.Events(Event{Kind: Sent, Peer: Peer{Link: name}, Size: len(data)})
	}
}
