// Package destination decides to whom a proxy connects. Whoever reaches a proxy stands where the
// proxy stands: behind its firewall, and on its machine.
//
// Read it in this order: special.go (which addresses are no place for strangers), allow.go (who
// may be reached all the same), destination.go (where that is decided), own.go (the proxy itself).
package destination

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// A Policy says to whom a proxy connects: to public addresses, and to whom it allows.
type Policy struct {
	Allow    Allow
	Ports    []uint16       // to which a tunnel may lead, besides 443
	Own      netip.AddrPort // where the proxy listens itself: no tunnel leads there
	Resolver *net.Resolver  // nil: the system's
	Timeout  time.Duration  // for finding an address and connecting to it
}

// Refused is why a proxy does not connect.
type Refused struct {
	To, Why string
	Itself  bool // it was the proxy's own address
}

func (r *Refused) Error() string { return "this proxy does not connect to " + r.To + ": " + r.Why }

// DialContext is for requests in the clear.
func (p *Policy) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	return p.dial(ctx, network, address, false)
}

// DialTunnel is for CONNECT. What goes through it nobody here sees: to port 25 it would be mail.
func (p *Policy) DialTunnel(ctx context.Context, address string) (net.Conn, error) {
	_, text, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return nil, fmt.Errorf("the port of %s: %w", address, err)
	}
	if port != 443 && !slices.Contains(p.Ports, uint16(port)) {
		return nil, &Refused{To: address, Why: "a tunnel leads to port 443, and to those that --connect-port names"}
	}
	return p.dial(ctx, "tcp", address, true)
}

// asked is what the client has asked for. A dialer's Control sees an address only.
type asked struct {
	host   string
	tunnel bool
}

type askedKey struct{}

func (p *Policy) dial(ctx context.Context, network, address string, tunnel bool) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ctx = context.WithValue(ctx, askedKey{}, asked{host, tunnel})
	dialer := net.Dialer{Timeout: p.Timeout, Resolver: p.Resolver, ControlContext: p.control}
	return dialer.DialContext(ctx, network, address)
}

// control is called with the address that the socket is about to connect to, so there is nothing
// left to resolve. A name that was harmless when somebody asked, and leads elsewhere now, is
// stopped here too.
func (p *Policy) control(ctx context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := to.Addr().Unmap().WithZone("") // ::ffff:127.0.0.1 is 127.0.0.1
	by := ctx.Value(askedKey{}).(asked)
	if by.tunnel && isOwn(p.Own, netip.AddrPortFrom(ip, to.Port())) {
		return &Refused{To: by.host, Why: "that is the proxy itself", Itself: true}
	}
	if p.Allow.host(by.host) || p.Allow.address(ip) {
		return nil
	}
	if why := special(ip); why != "" {
		return &Refused{To: ip.String(), Why: "it is " + why + ", and --allow names neither it nor its host"}
	}
	return nil
}
