package udp

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/net/ipv4"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Source answers from another address than the one that was asked.
var Source = pitfall.Pitfall{
	Number:   18,
	Name:     "source",
	Subjects: []string{"IP_PKTINFO", "0.0.0.0", "connect(2) on UDP"},
	Title:    "The answer leaves from another address",
	Symptom:  "On a host with two addresses clients of one of them get no answer. A packet capture shows that the answers are sent.",
	Messages: []string{
		"reply from unexpected source",
		"read udp: i/o timeout",
		"connection timed out; no servers could be reached",
		"TLS key negotiation failed to occur within 60 seconds",
	},
	Diagnose: [][2]string{
		{"tcpdump -n udp port PORT", "the question goes to one address, the answer comes from another"},
		{"ss -lun", "the server is bound to 0.0.0.0 or *"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return asked(ctx, "127.0.0.1", source{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return asked(ctx, "127.0.0.2", source{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return asked(ctx, "127.0.0.2", source{}.fixed) },
}

type source struct{}

// broken answers one question with itself.
func (source) broken(conn *ipv4.PacketConn) error {
	buf := make([]byte, most)
	n, _, from, err := conn.ReadFrom(buf)
	if err != nil {
		return err
	}
	_, err = conn.WriteTo(buf[:n], nil, from)
	return err
}

// fixed answers one question with itself.
func (source) fixed(conn *ipv4.PacketConn) error {
	buf := make([]byte, most)
	n, asked, from, err := conn.ReadFrom(buf)
	if err != nil {
		return err
	}
	_, err = conn.WriteTo(buf[:n], &ipv4.ControlMessage{Src: asked.Dst}, from)
	return err
}

// asked has a server on all addresses of this host, and a client that asks one of them and, as it
// is connected, hears nobody else.
func asked(ctx context.Context, host string, answer func(*ipv4.PacketConn) error) (o pitfall.Outcome, err error) {
	server, err := net.ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		return o, err
	}
	defer server.Close()
	defer context.AfterFunc(ctx, func() { server.Close() })()
	conn := ipv4.NewPacketConn(server)
	if err := conn.SetControlMessage(ipv4.FlagDst, true); err != nil {
		return o, err
	}
	_, port, _ := net.SplitHostPort(server.LocalAddr().String())
	client, err := net.Dial("udp4", net.JoinHostPort(host, port))
	if err != nil {
		return o, err
	}
	defer client.Close()
	var answering sync.WaitGroup
	var answered error
	answering.Go(func() { answered = answer(conn) })
	_, err = client.Write([]byte(twelve.Bytes))
	answering.Wait() // on loopback it is there now, or will never be
	if err := errors.Join(err, answered); err != nil || ctx.Err() != nil {
		return o, errors.Join(ctx.Err(), err)
	}
	client.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	got := make([]byte, most)
	n, err := client.Read(got)
	o.Add("the client has asked", host)
	o.Add("it hears", string(got[:n]))
	return o, o.Decide(errors.Is(err, os.ErrDeadlineExceeded), string(got[:n]) == twelve.Bytes)
}
