package ask

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A network in memory carries datagrams between sockets. Its fate function decides what
// becomes of each: after which pauses it arrives, once for each of them; none at all is a loss.
type network struct {
	mu      sync.Mutex
	sockets map[string]*socket
	fate    func(m Message, from, to net.Addr) []time.Duration
	sent    []sending
}

type sending struct {
	at       time.Time
	from, to string
	data     []byte
}

type socket struct {
	net.PacketConn // the rest of the interface, which nobody calls
	*network
	addr   net.Addr
	arrive chan packet
	closed chan struct{}
	once   sync.Once
}

type packet struct {
	data []byte
	from net.Addr
}

func at(addr string) net.Addr { return net.UDPAddrFromAddrPort(netip.MustParseAddrPort(addr)) }

var clientAddr, serverAddr = at("10.0.1.1:40000"), at("10.0.1.2:7000")

const oneWay = 10 * time.Millisecond

func newNetwork() *network {
	return &network{sockets: map[string]*socket{}, fate: func(Message, net.Addr, net.Addr) []time.Duration { return []time.Duration{oneWay} }}
}

func (n *network) open(addr net.Addr) *socket {
	s := &socket{network: n, addr: addr, arrive: make(chan packet, 4096), closed: make(chan struct{})}
	n.sockets[addr.String()] = s
	return s
}

func (s *socket) WriteTo(b []byte, to net.Addr) (int, error) {
	s.mu.Lock()
	s.sent = append(s.sent, sending{time.Now(), s.addr.String(), to.String(), slices.Clone(b)})
	s.mu.Unlock()
	m, _ := Parse(b)
	for _, pause := range s.fate(m, s.addr, to) {
		s.deliver(b, s.addr, to, pause)
	}
	return len(b), nil
}

// deliver also carries what somebody forges: any bytes, from any address.
func (n *network) deliver(b []byte, from, to net.Addr, pause time.Duration) {
	p := packet{slices.Clone(b), from}
	time.AfterFunc(pause, func() {
		n.mu.Lock()
		s := n.sockets[to.String()]
		n.mu.Unlock()
		if s != nil {
			s.arrive <- p
		}
	})
}

func (s *socket) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case p := <-s.arrive:
		return copy(b, p.data), p.from, nil
	case <-s.closed:
		return 0, nil, net.ErrClosed
	}
}

func (s *socket) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

// bytesBetween counts what one has sent the other.
func (n *network) bytesBetween(from, to net.Addr) (count int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.sent {
		if s.from == from.String() && s.to == to.String() {
			count += len(s.data)
		}
	}
	return count
}

// times are when the client has sent something.
func (n *network) times() (all []time.Time) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.sent {
		if s.from == clientAddr.String() {
			all = append(all, s.at)
		}
	}
	return all
}

// bubble runs a test in virtual time, with a client and a server that counts its work.
func bubble(t *testing.T, answer func(text []byte) []byte, test func(t *testing.T, n *network, c *Client, worked *int)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n, worked := newNetwork(), 0
		ctx, stop := context.WithCancel(context.Background())
		served := make(chan error)
		server := &Server{Answer: func(text []byte) []byte { worked++; return answer(text) }}
		conn := n.open(serverAddr)
		go func() { served <- server.Serve(ctx, conn) }()
		client := NewClient(n.open(clientAddr))
		test(t, n, client, &worked)
		client.Close()
		stop()
		if err := <-served; err != nil {
			t.Errorf("the server ended: %v", err)
		}
		time.Sleep(time.Hour) // until nothing is under way any more
	})
}

// echo answers with the question.
func echo(text []byte) []byte { return slices.Clone(text) }
