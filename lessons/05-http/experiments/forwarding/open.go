package forwarding

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"onthewire/lessons/05-http/proxy"
	"onthewire/lessons/internal/experiment"
)

// OpenProxy asks two proxies for what they should not reach.
var OpenProxy = experiment.Experiment{
	Name:     "open-proxy",
	Subjects: []string{"open proxy", "SSRF", "DNS rebinding", "net.Dialer.Control"},
	About:    "Two ways to keep a proxy away from the machine that it runs on",
	Do:       openProxy,
}

// A target is what a client names, and what each look at its name finds.
type target struct {
	name string
	at   []netip.Addr
}

func (t target) lookup(n int) netip.Addr { return t.at[min(n, len(t.at)-1)] }

func openProxy(ctx context.Context, r *experiment.Report) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	l, err := listen(ctx)
	if err != nil {
		return err
	}
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	port := l.Addr().(*net.TCPAddr).AddrPort().Port()
	elsewhere, here := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("127.0.0.1")
	targets := []target{
		{"127.0.0.1", []netip.Addr{here}},
		{"0.0.0.0", []netip.Addr{netip.MustParseAddr("0.0.0.0")}},
		{"a name that changes", []netip.Addr{elsewhere, here}},
	}
	var reached []bool
	try := func(way string, t target, dial func(context.Context, target, uint16) error) {
		err := dial(ctx, t, port)
		switch _, refused := errors.AsType[*proxy.Refused](err); {
		case err == nil:
			r.Add(way+", "+t.name, "reached")
		case refused:
			r.Add(way+", "+t.name, "refused")
		default:
			r.Add(way+", "+t.name, err)
		}
		reached = append(reached, err == nil)
	}
	for _, t := range targets {
		try("it looks before", t, looksBefore)
	}
	for _, t := range targets {
		try("Control", t, looksAtLast)
	}
	r.Shown = !reached[0] && reached[1] && reached[2] && !reached[3] && !reached[4] && !reached[5]
	r.Says = "Who looks before dialing looks at another answer than the one that is dialed, and 0.0.0.0 is no loopback address although it leads here."
	return nil
}

// looksBefore refuses loopback addresses, and then dials the name.
func looksBefore(ctx context.Context, t target, port uint16) error {
	if ip := t.lookup(0); ip.IsLoopback() {
		return &proxy.Refused{Address: ip}
	}
	return dial(ctx, &net.Dialer{Timeout: time.Second}, t.lookup(1), port)
}

// looksAtLast is asked with the address that the socket is about to connect to. It has a list
// of whom it may reach.
func looksAtLast(ctx context.Context, t target, port uint16) error {
	allowed := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	return dial(ctx, &net.Dialer{Timeout: time.Second, Control: proxy.Only(allowed)}, t.lookup(1), port)
}

func dial(ctx context.Context, dialer *net.Dialer, to netip.Addr, port uint16) error {
	conn, err := dialer.DialContext(ctx, "tcp", netip.AddrPortFrom(to, port).String())
	if err == nil {
		conn.Close()
	}
	return err
}
