package destination

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/05-http/zone"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatIsSpecialIsRefusedInEachOfItsForms(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1", "::127.0.0.1", "0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0",
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1", "fec0::1", "::ffff:10.0.0.1",
		"169.254.169.254", "fe80::1", "fe80::1%lo", "::ffff:169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.8",
		"64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::1", "224.0.0.1", "ff02::1",
		"255.255.255.255", "240.0.0.1", "198.18.0.1", "::ffff:0:127.0.0.1",
	} {
		err := judges(&Policy{}, text, false)
		if refused, ok := errors.AsType[*Refused](err); !ok || refused.Why == "" {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"8.8.8.8", "172.32.0.1", "172.15.0.1", "100.63.0.1", "100.128.0.1", "192.0.1.1", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9c::1", "2001:1::1"} {
		if err := judges(&Policy{}, text, false); err != nil {
			t.Errorf("%s is public, and refused: %v", text, err)
		}
	}
}

// judges asks the policy as a socket would that is about to connect there.
func judges(p *Policy, ip string, tunnel bool) error {
	ctx := context.WithValue(context.Background(), askedKey{}, asked{"name.test", tunnel})
	return p.control(ctx, "tcp", net.JoinHostPort(ip, "443"), nil)
}

func TestWhoIsAllowedIsReachedAndNobodyBesides(t *testing.T) {
	allow, err := Parse("10.1.0.0/16", "127.0.0.1", "fd00::/8", "Name.test.")
	must(t, err)
	byName := &Policy{Allow: allow}
	if err := judges(byName, "169.254.169.254", false); err != nil {
		t.Errorf("the name is allowed, wherever it leads: %v", err)
	}
	allow.Hosts = nil
	byAddress := &Policy{Allow: allow}
	for text, reached := range map[string]bool{
		"10.1.2.3": true, "10.2.0.1": false, "127.0.0.1": true, "::ffff:127.0.0.1": true, "127.0.0.2": false,
		"::1": false, "0.0.0.0": false, "fd00::1": true, "fc00::1": false,
	} {
		if err := judges(byAddress, text, false); (err == nil) != reached {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{"", "10.0.0.0/33", "10.1", "http://a", "a:80", "[::1]", "::ffff:10.0.0.1", "::ffff:10.0.0.0/104", "a/b", "*.test", "fe80::1%lo", "1.2.3"} {
		if a, err := Parse(text); err == nil {
			t.Errorf("%q is taken as %v", text, a)
		}
	}
}

// The name is harmless when somebody looks, and leads to this machine when the proxy connects.
func TestANameThatChangesDoesNotGetAroundIt(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	var z zone.Zone
	z.Turn(netip.MustParseAddr("203.0.113.1"), netip.MustParseAddr("127.0.0.1"))
	p := &Policy{Resolver: z.Resolver(), Timeout: 5 * time.Second}
	first, err := p.Resolver.LookupNetIP(t.Context(), "ip4", "rebind.test")
	must(t, err)
	if err := judges(p, first[0].String(), false); err != nil {
		t.Errorf("who looks before finds %v: %v", first, err)
	}
	for _, host := range []string{"rebind.test", "localhost", "127.0.0.1"} {
		conn, err := p.DialContext(t.Context(), "tcp", net.JoinHostPort(host, port))
		if _, refused := errors.AsType[*Refused](err); !refused {
			t.Errorf("%s: %v, %v", host, conn, err)
		}
	}
	p.Allow.Hosts = []string{"rebind.test"}
	conn, err := p.DialContext(t.Context(), "tcp", net.JoinHostPort("rebind.test", port))
	must(t, err)
	conn.Close()
	if _, err := p.DialContext(t.Context(), "tcp", net.JoinHostPort("127.0.0.1", port)); err == nil {
		t.Error("the address is reached by who does not name the host")
	}
}

func TestATunnelLeadsToNamedPortsOnly(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	at := l.Addr().(*net.TCPAddr).AddrPort()
	allow, err := Parse("127.0.0.1")
	must(t, err)
	p := &Policy{Allow: allow, Timeout: 5 * time.Second}
	if conn, err := p.DialTunnel(t.Context(), at.String()); err == nil || !strings.Contains(err.Error(), "--connect-port") {
		t.Errorf("%v, %v", conn, err)
	}
	p.Ports = []uint16{at.Port()}
	conn, err := p.DialTunnel(t.Context(), at.String())
	must(t, err)
	conn.Close()
	for _, address := range []string{"127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:70000", "127.0.0.1:-1"} {
		if conn, err := p.DialTunnel(t.Context(), address); err == nil {
			t.Errorf("%s: %v", address, conn)
		}
	}
}

func TestNoTunnelLeadsToTheProxyItself(t *testing.T) {
	allow, err := Parse("0.0.0.0/0", "::/0")
	must(t, err)
	for _, c := range []struct {
		own, to string
		itself  bool
	}{
		{"127.0.0.1:443", "127.0.0.1", true}, {"127.0.0.1:443", "::ffff:127.0.0.1", true}, {"127.0.0.1:443", "0.0.0.0", true},
		{"127.0.0.1:443", "127.0.0.2", false}, {"127.0.0.1:444", "127.0.0.1", false}, {"203.0.113.1:443", "127.0.0.1", false},
		{"[::]:443", "127.0.0.1", true}, {"[::]:443", "::1", true}, {"[::]:443", "203.0.113.1", false},
	} {
		p := &Policy{Allow: allow, Own: netip.MustParseAddrPort(c.own)}
		refused, _ := errors.AsType[*Refused](judges(p, c.to, true))
		if itself := refused != nil && refused.Itself; itself != c.itself {
			t.Errorf("it listens at %s, and a tunnel to %s: %v", c.own, c.to, refused)
		}
		if err := judges(p, c.to, false); err != nil {
			t.Errorf("a request to %s: %v", c.to, err) // Via tells
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"10.0.0.0/8", "::1", "localhost", "1.2.3", "fe80::1%lo"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		allow, err := Parse(text)
		if err == nil && len(allow.Networks)+len(allow.Hosts) != 1 {
			t.Errorf("%q is %v", text, allow)
		}
	})
}
