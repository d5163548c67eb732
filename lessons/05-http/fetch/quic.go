package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strconv"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"
)

// overQUIC connects by QUIC. The address is the URL's own, or an alternative that the server
// has named: its certificate has to be for the URL's host all the same (RFC 7838, section 2.1).
func (c *Client) overQUIC(ctx context.Context, u *url.URL, address string) (connection, error) {
	to, err := lookup(ctx, address)
	if err != nil {
		return nil, err
	}
	socket, err := c.socket()
	if err != nil {
		return nil, err
	}
	conn := &quicConnection{transport: &quic.Transport{Conn: socket}}
	trust := &tls.Config{RootCAs: c.Roots, ServerName: u.Hostname(), ClientSessionCache: c.Sessions, NextProtos: []string{http3.NextProtoH3}}
	settings := &quic.Config{HandshakeIdleTimeout: c.Silence, MaxIdleTimeout: c.Silence, MaxIncomingStreams: -1}
	if conn.quic, err = conn.transport.DialEarly(ctx, to, trust, settings); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	if trace := httptrace.ContextClientTrace(ctx); trace != nil {
		trace.TLSHandshakeDone(conn.quic.ConnectionState().TLS, nil)
	}
	t := &http3.Transport{DisableCompression: true, MaxResponseHeaderBytes: c.fields()}
	conn.ClientConn = t.NewClientConn(conn.quic)
	return conn, nil
}

// lookup finds an address of the host, IPv4 first. The trace in ctx hears of it.
func lookup(ctx context.Context, address string) (*net.UDPAddr, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, &net.AddrError{Err: "invalid port", Addr: address}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		all, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		if err != nil {
			return nil, err
		}
		ip = all[0].Unmap()
		for _, other := range all {
			if other.Unmap().Is4() {
				ip = other.Unmap()
				break
			}
		}
	}
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(ip, uint16(port))), nil
}

func (c *Client) socket() (net.PacketConn, error) {
	if c.Socket != nil {
		return c.Socket()
	}
	return net.ListenUDP("udp", nil)
}

type quicConnection struct {
	*http3.ClientConn
	quic      *quic.Conn
	transport *quic.Transport
}

func (c *quicConnection) From() string { return c.quic.RemoteAddr().String() }

// Early is right once the handshake is over, as it is when an answer has come.
func (c *quicConnection) Early() bool { return c.quic.ConnectionState().Used0RTT }

func (c *quicConnection) Close() error {
	if c.quic != nil {
		c.quic.CloseWithError(0x100, "") // H3_NO_ERROR
	}
	return errors.Join(c.transport.Close(), c.transport.Conn.Close())
}
