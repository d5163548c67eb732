package groups

import (
	"cmp"
	"net"
	"net/netip"
	"time"

	"golang.org/x/net/ipv4"
	"golang.org/x/net/ipv6"

	"onthewire/lessons/03-udp-broadcast/multicast"
	"onthewire/lessons/internal/lab"
)

// A way is how something is sent to a group.
type way struct {
	ifi  string // IP_MULTICAST_IF, IPV6_MULTICAST_IF
	hops int    // IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS
	loop bool   // IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP
}

// A version of IP, with a group of it.
type version struct {
	name, network string
	group         netip.Addr
}

var versions = []version{
	{"IPv4", "udp4", multicast.Group4.Addr()},
	{"IPv6", "udp6", multicast.Group6.Addr()},
}

// join makes a member of the group on a host, on a port of its own.
func (v version) join(host *lab.Host, ifi string) (conn *net.UDPConn, err error) {
	err = host.Do(func() error {
		i, err := net.InterfaceByName(ifi)
		if err != nil {
			return err
		}
		if conn, err = net.ListenUDP(v.network, nil); err != nil {
			return err
		}
		if err := multicast.Join(conn, i, v.group); err != nil {
			conn.Close()
			return err
		}
		return nil
	})
	return conn, err
}

// hears tells whether a member hears what is sent in one way. Behind it comes another, in a
// way that is sure to arrive: once that has, the first is where it will ever be.
func (v version) hears(sender *lab.Host, who *net.UDPConn, sent, sure way) (bool, error) {
	err := sender.Do(func() error {
		conn, err := net.ListenUDP(v.network, nil)
		if err != nil {
			return err
		}
		defer conn.Close()
		to := v.to(who.LocalAddr().(*net.UDPAddr).Port)
		for _, one := range []struct {
			text string
			way
		}{{"in question", sent}, {"sure", sure}} {
			if err := v.set(conn, one.way); err != nil {
				return err
			}
			if _, err := conn.WriteTo([]byte(one.text), to); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, err
	}
	heard := false
	b := make([]byte, 100)
	for {
		who.SetReadDeadline(time.Now().Add(5 * time.Second))
		n, err := who.Read(b)
		if err != nil {
			return false, err
		}
		if string(b[:n]) == "sure" {
			return heard, nil
		}
		heard = true
	}
}

func (v version) to(port int) net.Addr {
	return &net.UDPAddr{IP: v.group.AsSlice(), Port: port}
}

func (v version) set(conn *net.UDPConn, w way) error {
	ifi, err := net.InterfaceByName(w.ifi)
	if err != nil {
		return err
	}
	if v.group.Is4() {
		p := ipv4.NewPacketConn(conn)
		return cmp.Or(p.SetMulticastInterface(ifi), p.SetMulticastTTL(w.hops), p.SetMulticastLoopback(w.loop))
	}
	p := ipv6.NewPacketConn(conn)
	return cmp.Or(p.SetMulticastInterface(ifi), p.SetMulticastHopLimit(w.hops), p.SetMulticastLoopback(w.loop))
}
