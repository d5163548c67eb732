package forwarding

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"time"

	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/zone"
	"onthewire/lessons/internal/experiment"
)

// OpenProxy asks two proxies for what they should not reach.
var OpenProxy = experiment.Experiment{
	Name:     "open-proxy",
	Subjects: []string{"open proxy", "SSRF", "DNS rebinding", "net.Dialer.ControlContext"},
	About:    "Two ways to keep a proxy away from the machine that it runs on",
	Do:       openProxy,
}

func openProxy(ctx context.Context, r *experiment.Report) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	port, err := somebody(ctx)
	if err != nil {
		return err
	}
	elsewhere, here := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("127.0.0.1")
	var reached []bool
	for _, way := range []struct {
		name string
		dial func(ctx context.Context, names *net.Resolver, host, port string) (net.Conn, error)
	}{{"it looks before", looksBefore}, {"ControlContext", looksAtLast}} {
		for _, host := range []string{"127.0.0.1", "0.0.0.0", "rebind.test"} {
			names := new(zone.Zone)
			names.Turn(elsewhere, here)
			conn, err := way.dial(ctx, names.Resolver(), host, port)
			seen := any(err)
			if err == nil {
				conn.Close()
				seen = "reached"
			} else if _, refused := errors.AsType[*destination.Refused](err); refused {
				seen = "refused"
			}
			r.Add(way.name+", "+host, seen)
			reached = append(reached, err == nil)
		}
	}
	r.Shown = !reached[0] && reached[1] && reached[2] && !reached[3] && !reached[4] && !reached[5]
	r.Says = "Who looks before dialing looks at another answer than the one that is dialed, and 0.0.0.0 is no loopback address although it leads here."
	return nil
}

// somebody lets everybody in on this machine, and hangs up.
func somebody(ctx context.Context) (port string, err error) {
	l, err := listen(ctx)
	if err != nil {
		return "", err
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
	_, port, err = net.SplitHostPort(l.Addr().String())
	return port, err
}

// looksBefore refuses loopback addresses, and then dials the name.
func looksBefore(ctx context.Context, names *net.Resolver, host, port string) (net.Conn, error) {
	found, err := names.LookupNetIP(ctx, "ip4", host)
	if err != nil {
		return nil, err
	}
	if found[0].IsLoopback() {
		return nil, &destination.Refused{To: host, Why: "loopback"}
	}
	dialer := net.Dialer{Timeout: time.Second, Resolver: names}
	return dialer.DialContext(ctx, "tcp4", net.JoinHostPort(host, port))
}

// looksAtLast is asked with the address that the socket is about to connect to. Somebody has
// looked before here, too.
func looksAtLast(ctx context.Context, names *net.Resolver, host, port string) (net.Conn, error) {
	if _, err := names.LookupNetIP(ctx, "ip4", host); err != nil {
		return nil, err
	}
	to := destination.Policy{Timeout: time.Second, Resolver: names}
	return to.DialContext(ctx, "tcp4", net.JoinHostPort(host, port))
}
