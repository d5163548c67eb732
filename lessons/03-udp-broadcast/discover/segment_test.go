package discover

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"
)

// A segment is a network in memory: whatever one member sends, all hear, the sender too. Its
// channels are of the bubble in which a test runs, so time stands still while it is at work.
type segment struct {
	mu      sync.Mutex
	members map[*member]bool
	bytes   int // sent by anybody
	sent    int
}

var group = net.UDPAddrFromAddrPort(netip.MustParseAddrPort("239.255.87.73:61773"))

func newSegment() *segment { return &segment{members: map[*member]bool{}} }

// A member is a socket on the segment.
type member struct {
	net.PacketConn // the rest of the interface, which nobody calls
	*segment
	addr   *net.UDPAddr
	arrive chan packet
	closed chan struct{}
	once   sync.Once
	deaf   bool
}

type packet struct {
	data []byte
	from net.Addr
}

func (s *segment) join(addr string) *member {
	m := &member{segment: s, addr: net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr + ":61773")),
		arrive: make(chan packet, 512), closed: make(chan struct{})}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members[m] = true
	return m
}

func (m *member) WriteTo(b []byte, _ net.Addr) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.deaf {
		m.send(m.addr, b)
	}
	return len(b), nil
}

// forge sends from an address where nobody listens.
func (s *segment) forge(addr string, m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr+":61773")), m.Append(nil))
}

func (s *segment) send(from net.Addr, b []byte) {
	s.sent++
	s.bytes += len(b)
	p := packet{slices.Clone(b), from}
	for m := range s.members {
		select {
		case m.arrive <- p:
		default: // its receive buffer is full
		}
	}
}

func (m *member) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case p := <-m.arrive:
		return copy(b, p.data), p.from, nil
	case <-m.closed:
		return 0, nil, net.ErrClosed
	}
}

func (m *member) Close() error {
	m.once.Do(func() { close(m.closed) })
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.members, m)
	return nil
}

// cut takes a member off the segment, or puts it back. It does not notice.
func (m *member) cut(off bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.deaf = off; off {
		delete(m.members, m)
	} else {
		m.members[m] = true
	}
}

// traffic is how many datagrams and bytes anybody has sent.
func (s *segment) traffic() (sent, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent, s.bytes
}

// A host runs a node, and keeps what it has seen.
type host struct {
	t    *testing.T
	sock *member
	stop context.CancelFunc
	end  chan error

	mu     sync.Mutex
	events []Event
	peers  map[string]Peer
	links  []string
}

// start runs a node on an address of the segment.
func (s *segment) start(t *testing.T, name, addr string, configure ...func(*Node)) *host {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	h := &host{t: t, stop: stop, end: make(chan error, 1), peers: map[string]Peer{}, links: []string{"eth0"}, sock: s.join(addr)}
	n := &Node{
		Name: name, Service: "chat", Port: 7000,
		Interfaces: func() ([]string, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			return slices.Clone(h.links), nil
		},
		Open:   func(string) (*Link, error) { return &Link{Conn: h.sock, To: group}, nil },
		Events: h.see,
	}
	for _, c := range configure {
		c(n)
	}
	go func() { h.end <- n.Run(ctx) }()
	t.Cleanup(h.leave)
	return h
}

func (h *host) see(e Event) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if e.Kind == Sent {
		return
	}
	h.events = append(h.events, e)
	key := fmt.Sprint(e.Peer.Name, " ", e.Peer.Addr.Addr())
	switch e.Kind {
	case Joined:
		h.peers[key] = e.Peer
	case Left:
		delete(h.peers, key)
	}
}

// leave stops the node in good order.
func (h *host) leave() {
	h.stop()
	if err := <-h.end; err != nil {
		h.t.Errorf("the node ended: %v", err)
	}
	h.end <- nil
}

// lists tells whether a host lists exactly these, besides itself.
func (h *host) lists(names ...string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	var have []string
	for _, p := range h.peers {
		have = append(have, p.Name)
	}
	slices.Sort(have)
	return slices.Equal(have, slices.Sorted(slices.Values(names)))
}

func (h *host) count(kind EventKind) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// within waits, in steps of ten milliseconds of virtual time, and tells how long it took.
func within(t *testing.T, limit time.Duration, what string, holds func() bool) time.Duration {
	t.Helper()
	begun := time.Now()
	for !holds() {
		if time.Since(begun) > limit {
			t.Fatalf("%s: not within %v", what, limit)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(begun)
}
