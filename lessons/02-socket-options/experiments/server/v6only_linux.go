package server

import (
	"context"
	"errors"
	"net"
	"net/netip"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
)

// V6Only asks whether a listener of IPv6 takes in clients of IPv4.
var V6Only = experiment.Experiment{
	Name:     "v6only",
	Subjects: []string{"IPV6_V6ONLY"},
	About:    "Whether a listener on [::] lets IPv4 clients in",
	Do:       v6only,
}

func v6only(ctx context.Context, r *experiment.Report) (err error) {
	both, err := family(ctx, false)
	if err != nil {
		return err
	}
	only, err := family(ctx, true)
	if err != nil {
		return err
	}
	r.Add("without it, an IPv4 client comes from", both.client)
	r.Add("a listener on 0.0.0.0 beside it", both.beside)
	r.Add("with it, an IPv4 client gets", only.client)
	r.Add("a listener on 0.0.0.0 beside it", only.beside)
	r.Shown = both.client == netip.MustParseAddr("::ffff:127.0.0.1") && is(both.beside, unix.EADDRINUSE) &&
		is(only.client, unix.ECONNREFUSED) && only.beside == "listens"
	r.Says = "One socket for both families sees IPv4 as a corner of IPv6. To keep two sockets on one port, the one for IPv6 must leave IPv4 alone."
	return nil
}

func is(seen any, errno unix.Errno) bool {
	err, _ := seen.(error)
	return errors.Is(err, errno)
}

// What was seen of one listener: an address, a word, or an error.
type seen struct{ client, beside any }

// family listens on [::] and tries it with IPv4.
func family(ctx context.Context, onlyV6 bool) (s seen, err error) {
	listener, err := listenV6(onlyV6)
	if err != nil {
		return s, err
	}
	defer listener.Close()
	local, err := listener.LocalAddr()
	if err != nil {
		return s, err
	}
	inV4 := netip.AddrPortFrom(netip.IPv4Unspecified(), local.Port())

	var dialer net.Dialer
	client, err := dialer.DialContext(ctx, "tcp4", netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), local.Port()).String())
	if err == nil {
		defer client.Close()
		conn, peer, err := listener.Accept() // the handshake is over: this does not wait
		if err != nil {
			return s, err
		}
		defer conn.Close()
		s.client = peer.Addr()
	} else if s.client = err; ctx.Err() != nil {
		return s, err
	}

	second, err := listen(ctx, "tcp4", inV4.String())
	if err != nil {
		s.beside = err
		return s, nil
	}
	s.beside = "listens"
	return s, second.Close()
}

func listenV6(only bool) (*socket.Socket, error) {
	s, err := socket.New(socket.IPv6, socket.Stream, 0)
	if err != nil {
		return nil, noIPv6(err)
	}
	err = s.SetOnlyV6(only)
	if err == nil {
		err = s.Bind(netip.AddrPortFrom(netip.IPv6Unspecified(), 0))
	}
	if err == nil {
		err = s.Listen(8)
	}
	if err != nil {
		s.Close()
		return nil, noIPv6(err)
	}
	return s, nil
}

// noIPv6 says what an error of an IPv6 socket means.
func noIPv6(err error) error {
	if errors.Is(err, unix.EAFNOSUPPORT) || errors.Is(err, unix.EADDRNOTAVAIL) {
		return &experiment.Unavailable{Why: "IPv6: " + err.Error(), Remedy: "boot without ipv6.disable=1, or: sudo sysctl net.ipv6.conf.all.disable_ipv6=0"}
	}
	return err
}
