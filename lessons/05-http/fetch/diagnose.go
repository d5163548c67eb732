package fetch

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/errno"
)

// A Finding is one thing on the way to HTTP/3, as the client sees it.
type Finding struct {
	What string `json:"what"` // that was looked at
	Seen string `json:"seen"`
	Good bool   `json:"good"`
}

// WhyNot3 looks at what has to be so before a client that came by TCP goes on by HTTP/3. It
// ends with the first thing that is not.
func (c *Client) WhyNot3(ctx context.Context, u *url.URL) ([]Finding, error) {
	if u.Scheme != "https" {
		return []Finding{{"scheme", "HTTP/3 has no form in the clear, so there is none of http://", false}}, nil
	}
	overTCP, err := c.Get(ctx, u, OverTCP, io.Discard)
	if err != nil && overTCP == nil {
		return nil, err
	}
	found := []Finding{{"TCP", overTCP.Protocol + " " + overTCP.Status, true}}
	offers, _ := Offers(overTCP.Fields.Values("Alt-Svc"))
	at, offer := offered(offers, u)
	found = append(found, offer)
	if !offer.Good { // try where the URL says, since it may be there and not be announced
		at = address(u)
	}
	quick := *c
	quick.Silence = cmp.Or(c.Silence, 2*time.Second)
	if conn, err := quick.overQUIC(ctx, u, at); err != nil {
		return append(found, Finding{"QUIC", quick.whyNoQUIC(ctx, err, at), false}), ctx.Err()
	} else {
		conn.Close()
	}
	found = append(found, Finding{"QUIC", "a handshake with UDP port " + port(at) + " succeeds", true})
	if offer.Good {
		found = append(found, Finding{"client", "nothing is in the way: it has to look at Alt-Svc and come again by QUIC, which Go's does not", true})
	}
	return found, nil
}

// offered is where HTTP/3 is, according to Alt-Svc.
func offered(offers []Offer, u *url.URL) (at string, f Finding) {
	var others []string
	for _, o := range offers {
		if o.Protocol != "h3" {
			others = append(others, o.Protocol)
			continue
		}
		at = o.Address(u.Hostname())
		seen := fmt.Sprintf("h3 on UDP port %s", o.Port)
		if at != address(u) {
			seen = fmt.Sprintf("h3 at %s, which is not where the URL leads: a firewall may let only one of them through", at)
		}
		return at, Finding{"Alt-Svc", seen, true}
	}
	if others != nil {
		return "", Finding{"Alt-Svc", "only " + strings.Join(others, ", ") + ", no h3", false}
	}
	return "", Finding{"Alt-Svc", "none: nobody tells a client that there is HTTP/3", false}
}

// whyNoQUIC is what a failed handshake looks like from here.
func (c *Client) whyNoQUIC(ctx context.Context, err error, at string) string {
	const noProtocol = 0x100 + 120 // TLS's alert no_application_protocol (RFC 9001, section 4.8)
	if transport, ok := errors.AsType[*quic.TransportError](err); ok && transport.ErrorCode == noProtocol {
		return fmt.Sprintf("UDP port %s speaks QUIC, but not HTTP/3: it knows no protocol h3 (ALPN)", port(at))
	}
	if why := untrusted(err); why != "" {
		return "the certificate does not do: " + why
	}
	if _, ok := errors.AsType[*quic.VersionNegotiationError](err); ok {
		return "the server speaks other versions of QUIC"
	}
	if _, ok := errors.AsType[*quic.IdleTimeoutError](err); !ok {
		return err.Error()
	}
	if c.refused(ctx, at) {
		return fmt.Sprintf("UDP port %s is closed: an ICMP message comes back", port(at))
	}
	return fmt.Sprintf("nothing came back from UDP port %s in %v: a firewall may drop UDP", port(at), c.Silence)
}

// untrusted is what is wrong with a certificate, or "".
func untrusted(err error) string {
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return verification.Err.Error()
	}
	for _, is := range []func() (error, bool){
		func() (error, bool) { return errors.AsType[x509.UnknownAuthorityError](err) },
		func() (error, bool) { return errors.AsType[x509.HostnameError](err) },
		func() (error, bool) { return errors.AsType[x509.CertificateInvalidError](err) },
	} {
		if why, ok := is(); ok {
			return why.Error()
		}
	}
	return ""
}

// refused tells whether a UDP port is closed and says so. That is heard only on a connected
// socket, which quic-go's is not.
func (c *Client) refused(ctx context.Context, at string) bool {
	dial := c.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	conn, err := dial(ctx, "udp", at)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(500 * time.Millisecond))
	if _, err := conn.Write([]byte{0}); err != nil { // no QUIC packet: who listens ignores it
		return errno.Is(err, syscall.ECONNREFUSED)
	}
	_, err = conn.Read(make([]byte, 1))
	return errno.Is(err, syscall.ECONNREFUSED) || errno.Is(err, syscall.ECONNRESET) // as Windows calls it
}

func port(address string) string {
	_, port, _ := net.SplitHostPort(address)
	return port
}
