package names

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"onthewire/lessons/05-http/zone"
	"onthewire/lessons/internal/experiment"
)

// Localhost dials a name with two addresses of which one is good.
var Localhost = experiment.Experiment{
	Name:     "localhost",
	Subjects: []string{"Happy Eyeballs (RFC 8305)", "localhost", "::1", "Dialer.FallbackDelay", "connect: connection refused"},
	About:    "A name stands for ::1 and 127.0.0.1, and only one of them answers",
	Do:       localhost,
}

func localhost(ctx context.Context, r *experiment.Report) error {
	four, six := netip.MustParseAddr("127.0.0.1"), netip.IPv6Loopback()
	if addrs, err := net.DefaultResolver.LookupHost(ctx, "localhost"); err == nil {
		r.Add("localhost is, on this machine", strings.Join(addrs, " "))
	}
	server, port, err := serve(four, 0, new(atomic.Bool))
	if err != nil {
		return err
	}
	defer server.Close()
	z := new(zone.Zone)
	z.Set(six, four)
	dial := func(fallback time.Duration) (time.Duration, error) {
		d := net.Dialer{Resolver: z.Resolver(), FallbackDelay: fallback}
		begun := time.Now()
		conn, err := d.DialContext(ctx, "tcp", fmt.Sprintf("service.test:%d", port))
		if err != nil {
			return 0, err
		}
		took := time.Since(begun)
		defer conn.Close()
		if to := conn.RemoteAddr().(*net.TCPAddr).AddrPort().Addr(); to != four {
			return 0, fmt.Errorf("it went to %v", to)
		}
		return took, nil
	}
	refused, err := dial(0)
	if err != nil {
		return err
	}
	r.Add("::1 refuses: 127.0.0.1 is there after", refused)

	silent, err := net.Listen("tcp6", netip.AddrPortFrom(six, uint16(port)).String())
	if err != nil {
		return &experiment.Unavailable{Why: err.Error(), Remedy: "give the loopback interface the address ::1"}
	}
	defer silent.Close()
	first, err := fill(silent.(*net.TCPListener))
	if err != nil {
		return err
	}
	defer first.Close()
	var after [2]time.Duration
	for i, fallback := range []time.Duration{0, 50 * time.Millisecond} {
		if after[i], err = dial(fallback); err != nil {
			return err
		}
	}
	r.Add("::1 is silent: it is there after", after[0])
	r.Add("  with FallbackDelay 50 ms", after[1])

	// The other way round: a server on ::1, and a client that asks for 127.0.0.1.
	server.Close()
	_, err = (&net.Dialer{}).DialContext(ctx, "tcp", netip.AddrPortFrom(four, uint16(port)).String())
	r.Add("only ::1 listens, we say 127.0.0.1", strings.ReplaceAll(fmt.Sprint(err), fmt.Sprint(port), "PORT"))
	r.Shown = refused < after[0] && after[0] >= 300*time.Millisecond && after[1] >= 50*time.Millisecond && errors.Is(err, syscall.ECONNREFUSED)
	r.Says = "A refusal is an answer, so the next address is tried at once. Silence is none, so Go waits 300 ms before it tries the other family beside it."
	return nil
}
