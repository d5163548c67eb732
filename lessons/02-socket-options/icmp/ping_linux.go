package icmp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/receive"
	"onthewire/lessons/internal/experiment"
)

// A Pinger asks hosts for echoes. It is for one goroutine.
type Pinger struct {
	Raw bool   // it has a raw socket (raw(7)), else one for echoes only (icmp(7))
	ID  uint16 // what it writes into its questions; without Raw, the kernel writes its own

	socket *receive.Socket
}

// A Reply is an echo.
type Reply struct {
	RoundTrip time.Duration
	TTL       int
}

// Open opens what it may have: a socket for echoes, which needs no privilege but a sysctl,
// or a raw one. Where it may have neither, the error is an *experiment.Unavailable.
func Open() (*Pinger, error) {
	p, err := OpenDatagram()
	if errors.Is(err, os.ErrPermission) {
		p, err = OpenRaw()
	}
	if errors.Is(err, os.ErrPermission) {
		return nil, &experiment.Unavailable{
			Why:    "a socket for ICMP: " + err.Error(),
			Remedy: "run it as root, give it CAP_NET_RAW, or let every group ping: sudo sysctl net.ipv4.ping_group_range='0 2147483647'",
		}
	}
	return p, err
}

// OpenDatagram opens a socket that can send questions for echoes, and receives the answers
// to those and nothing else. net.ipv4.ping_group_range says which groups may.
func OpenDatagram() (*Pinger, error) {
	return open(unix.SOCK_DGRAM, unix.IP_RECVTTL, unix.IP_RECVERR)
}

// OpenRaw opens a socket that can send anything, and receives every ICMP message of the
// host with the IP header in front. That takes CAP_NET_RAW.
func OpenRaw() (*Pinger, error) { return open(unix.SOCK_RAW) }

func open(kind int, options ...int) (*Pinger, error) {
	socket, err := receive.New(unix.AF_INET, kind, unix.IPPROTO_ICMP)
	if err != nil {
		return nil, err
	}
	for _, option := range options {
		err := socket.Control(func(fd int) error { return unix.SetsockoptInt(fd, unix.IPPROTO_IP, option, 1) })
		if err != nil {
			return nil, errors.Join(os.NewSyscallError("setsockopt", err), socket.Close())
		}
	}
	return &Pinger{Raw: kind == unix.SOCK_RAW, ID: uint16(rand.Uint32()), socket: socket}, nil
}

// Echo sends a question and waits for the answer to it, as long as ctx lets it.
func (p *Pinger) Echo(ctx context.Context, to netip.Addr, seq uint16, data []byte) (Reply, error) {
	if !to.Is4() {
		return Reply{}, fmt.Errorf("ping %v: only IPv4 addresses are asked", to)
	}
	question := Message{Type: EchoRequest, ID: p.ID, Seq: seq, Data: data}
	asked := time.Now()
	err := p.socket.Control(func(fd int) error {
		return os.NewSyscallError("sendto", unix.Sendto(fd, question.Marshal(), 0, &unix.SockaddrInet4{Addr: to.As4()}))
	})
	if err != nil {
		return Reply{}, fmt.Errorf("ping %v: %w", to, err)
	}
	for packet, control := make([]byte, 1<<16), make([]byte, 128); ; {
		m, err := p.socket.Receive(ctx, packet, control, 0)
		if err != nil {
			p.forgetError()
			return Reply{}, fmt.Errorf("ping %v: %w", to, err)
		}
		arrived := time.Now()
		ttl, yes, err := p.answers(m, question, to)
		if err != nil {
			return Reply{}, fmt.Errorf("ping %v: %w", to, err)
		}
		if yes {
			return Reply{arrived.Sub(asked), ttl}, nil
		}
	}
}

// answers tells whether a packet is the answer, and its TTL, or the error if somebody on the
// way reports one. A raw socket sees all the others too, and our own question, if we ask
// ourselves.
func (p *Pinger) answers(m receive.Message, question Message, to netip.Addr) (ttl int, yes bool, err error) {
	packet := m.Bytes
	ttl, _ = m.Value(unix.IPPROTO_IP, unix.IP_TTL)
	if p.Raw {
		head, body, err := splitIP(packet)
		if err != nil {
			return 0, false, nil
		}
		ttl, packet = int(head[8]), body
	}
	answer, err := Parse(packet)
	if err != nil {
		return 0, false, nil // damaged or forged, so not ours
	}
	if about, ok := answer.quoted(); ok && about.ID == question.ID && about.Seq == question.Seq {
		return 0, false, fmt.Errorf("somebody on the way answers with ICMP type %d, code %d", answer.Type, answer.Code)
	}
	from, _ := m.From.(*unix.SockaddrInet4)
	mine := answer.ID == question.ID || !p.Raw // without Raw the kernel has compared them
	yes = answer.Type == EchoReply && mine && answer.Seq == question.Seq && bytes.Equal(answer.Data, question.Data) &&
		from != nil && netip.AddrFrom4(from.Addr) == to
	return ttl, yes, nil
}

// forgetError takes a reported error out of its queue (IP_RECVERR), where it would use up
// the receive buffer.
func (p *Pinger) forgetError() {
	p.socket.Control(func(fd int) error {
		_, _, _, _, err := unix.Recvmsg(fd, nil, make([]byte, 512), unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
		return err
	})
}

// Close gives the socket back.
func (p *Pinger) Close() error { return p.socket.Close() }
