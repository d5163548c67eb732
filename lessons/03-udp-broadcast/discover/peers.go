package discover

import (
	"errors"
	"net/netip"
	"time"
)

// A Peer is somebody who has announced a service. Whoever is heard on two links is listed
// for each of them.
type Peer struct {
	Name, Service string
	Addr          netip.AddrPort // where the announcement came from, and the port it named
	Link          string         // where we heard it
}

const (
	maxPeers   = 1024        // remembered in all
	maxPerHost = 16          // remembered of one address
	farewell   = time.Second // left to a peer that has said goodbye (RFC 6762 §10.1)
)

type key struct {
	link     string
	instance uint64
}

type entry struct {
	Peer
	sequence uint32
	expires  time.Time
	proven   bool // heard more than once
}

// peers are those who are alive, as far as we have heard.
type peers struct {
	known   map[key]*entry
	perHost map[netip.Addr]int
	gone    map[key]uint32 // the last numbers of some who have left, so that no replay revives them
	next    time.Time      // nobody expires before; zero: nobody is known
}

func newPeers() *peers {
	return &peers{known: map[key]*entry{}, perHost: map[netip.Addr]int{}, gone: map[key]uint32{}}
}

// Why a message that could be read is dropped all the same.
var (
	errNoRoom    = errors.New("more names than can be remembered")
	errOtherHost = errors.New("an instance that belongs to another address")
	errOld       = errors.New("a sequence number that is not new: replayed, or overtaken")
)

// hear believes a message as far as it deserves.
func (p *peers) hear(m Message, from netip.Addr, link string, now time.Time, emit func(Event)) error {
	k := key{link, m.Instance}
	e, known := p.known[k]
	last, left := p.gone[k]
	switch {
	case !known && m.Kind == Goodbye:
		return nil // from somebody whom we had never heard of
	case !known && left && !after(m.Sequence, last):
		return errOld
	case !known && !p.makeRoom(from, emit):
		return errNoRoom
	case !known:
		e = &entry{Peer: Peer{Name: m.Name, Service: m.Service, Addr: netip.AddrPortFrom(from, m.Port), Link: link}}
		p.known[k] = e
		p.perHost[from]++
		delete(p.gone, k)
		emit(Event{Kind: Joined, Peer: e.Peer})
	case e.Addr.Addr() != from:
		return errOtherHost
	case !after(m.Sequence, e.sequence):
		return errOld
	case m.Kind == Goodbye:
		// Anybody can forge one, so it ends nothing. Who is still there has a second to say so.
		e.sequence = m.Sequence
		p.expire(e, earlier(e.expires, now.Add(farewell)))
		return nil
	default:
		e.proven = true
		e.Name, e.Service, e.Addr = m.Name, m.Service, netip.AddrPortFrom(from, m.Port)
		emit(Event{Kind: Refreshed, Peer: e.Peer})
	}
	e.sequence = m.Sequence
	p.expire(e, now.Add(m.Lifetime))
	return nil
}

// after is true of the later of two sequence numbers, also behind the point where they
// begin again (RFC 1982).
func after(a, b uint32) bool { return int32(a-b) > 0 }

func (p *peers) expire(e *entry, at time.Time) {
	e.expires = at
	p.next = earlier(p.next, at)
}

// earlier is the first of two moments; the zero Time is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// makeRoom tells whether one more of this address can be remembered. An invented name costs
// its inventor nothing, so names of one host are few, and where all the room is taken, those
// who have been heard once give way, the ones first that would expire first.
func (p *peers) makeRoom(from netip.Addr, emit func(Event)) bool {
	if p.perHost[from] >= maxPerHost {
		return false
	}
	if len(p.known) < maxPeers {
		return true
	}
	var first key
	var found *entry
	for k, e := range p.known {
		if !e.proven && (found == nil || e.expires.Before(found.expires)) {
			first, found = k, e
		}
	}
	if found != nil {
		p.forget(first, emit)
	}
	return found != nil
}

// sweep forgets those whose time is over.
func (p *peers) sweep(now time.Time, emit func(Event)) {
	if p.next.IsZero() || now.Before(p.next) {
		return
	}
	p.next = time.Time{}
	for k, e := range p.known {
		if now.Before(e.expires) {
			p.next = earlier(p.next, e.expires)
		} else {
			p.forget(k, emit)
		}
	}
}

// unlink forgets everybody who was heard on a link that has gone.
func (p *peers) unlink(link string, emit func(Event)) {
	for k := range p.known {
		if k.link == link {
			p.forget(k, emit)
		}
	}
}

func (p *peers) forget(k key, emit func(Event)) {
	e := p.known[k]
	delete(p.known, k)
	if e.proven { // an inventor of names may not fill this, too
		for old := range p.gone {
			if len(p.gone) < maxPeers {
				break
			}
			delete(p.gone, old)
		}
		p.gone[k] = e.sequence
	}
	if host := e.Addr.Addr(); p.perHost[host] > 1 {
		p.perHost[host]--
	} else {
		delete(p.perHost, host)
	}
	emit(Event{Kind: Left, Peer: e.Peer})
}
