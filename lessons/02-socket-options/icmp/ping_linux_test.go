package icmp_test

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/icmp"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/labtest"
	"onthewire/lessons/internal/leak"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// kinds are the two ways to open a Pinger.
var kinds = map[string]func() (*icmp.Pinger, error){"raw": icmp.OpenRaw, "datagram": icmp.OpenDatagram}

// onClient opens a Pinger on the client, where root's group may ping.
func onClient(t *testing.T, link *lab.Link, open func() (*icmp.Pinger, error)) (p *icmp.Pinger) {
	t.Helper()
	err := link.Client.Do(func() (err error) {
		if err = os.WriteFile("/proc/sys/net/ipv4/ping_group_range", []byte("0 0"), 0); err == nil {
			p, err = open()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestAnEchoComesBackAfterOneRoundTrip(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			link := labtest.Open(t, lab.Way{Delay: 5 * time.Millisecond}, lab.Way{Delay: 5 * time.Millisecond})
			p := onClient(t, link, open)
			if p.Raw != (name == "raw") {
				t.Errorf("Raw is %v", p.Raw)
			}
			for seq := range uint16(3) {
				reply, err := p.Echo(t.Context(), lab.ServerAddr, seq, []byte("hello, wire\n"))
				if err != nil || reply.RoundTrip < 10*time.Millisecond || reply.TTL != 64 {
					t.Errorf("question %d: %+v, %v", seq, reply, err)
				}
			}
		})
	}
}

func TestWhoPingsItselfDoesNotTakeTheQuestionForTheAnswer(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			p := onClient(t, labtest.Open(t, lab.Way{}, lab.Way{}), open)
			if reply, err := p.Echo(t.Context(), lab.ClientAddr, 1, nil); err != nil || reply.TTL != 64 {
				t.Errorf("%+v, %v", reply, err)
			}
		})
	}
}

func TestNobodyAnswersAndTheContextEndsTheWait(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			leak.Check(t)
			p := onClient(t, labtest.Open(t, lab.Way{}, lab.Way{}), open)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			if _, err := p.Echo(ctx, netip.MustParseAddr("10.0.0.9"), 1, nil); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v", err)
			}
			// The socket is as good as before.
			if _, err := p.Echo(t.Context(), lab.ServerAddr, 2, nil); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestAnErrorFromTheWayEndsTheWait(t *testing.T) {
	for name, open := range kinds {
		t.Run(name, func(t *testing.T) {
			link := labtest.Open(t, lab.Way{}, lab.Way{})
			set := func(host *lab.Host, setting string) {
				t.Helper()
				if err := host.Do(func() error { return os.WriteFile("/proc/sys/net/ipv4/"+setting, []byte("1"), 0) }); err != nil {
					t.Fatal(err)
				}
			}
			set(link.Server, "ip_forward")
			set(link.Client, "ip_default_ttl") // no packet of the client's survives a router
			p := onClient(t, link, open)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := p.Echo(ctx, netip.MustParseAddr("10.0.0.9"), 1, nil)
			if err == nil || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestAnAddressOfIPv6IsRefused(t *testing.T) {
	p := onClient(t, labtest.Open(t, lab.Way{}, lab.Way{}), icmp.OpenRaw)
	if _, err := p.Echo(t.Context(), netip.IPv6Loopback(), 1, nil); err == nil || !strings.Contains(err.Error(), "IPv4") {
		t.Errorf("the error is %v", err)
	}
}

func TestWithoutAnyPrivilegeTheErrorNamesIt(t *testing.T) {
	leak.Check(t)
	link := labtest.Open(t, lab.Way{}, lab.Way{})
	// A new network namespace lets no group ping. The thread ends with the function.
	err := link.Client.Do(func() error {
		none := [2]unix.CapUserData{}
		if err := unix.Capset(&unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}, &none[0]); err != nil {
			return err
		}
		p, err := icmp.Open()
		if err == nil {
			p.Close()
		}
		return err
	})
	missing, ok := errors.AsType[*experiment.Unavailable](err)
	if !ok || !strings.Contains(missing.Remedy, "CAP_NET_RAW") || !strings.Contains(missing.Remedy, "ping_group_range") {
		t.Errorf("the error is %v", err)
	}
}
