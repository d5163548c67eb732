package discover

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"
)

// A Link is one way to the neighbours: a socket on one interface, and the address that
// reaches everybody there.
type Link struct {
	Conn net.PacketConn // hears what is sent to To
	To   net.Addr       // a multicast group, or a broadcast address
}

// A datagram is what a link has heard, or why it will hear nothing more.
type datagram struct {
	link string
	data []byte
	from netip.Addr
	err  error
}

// look opens the interfaces that have come, and closes those that have gone.
func (r *run) look() error {
	names, err := r.Interfaces()
	if err != nil {
		return fmt.Errorf("list the interfaces: %w", err)
	}
	for name := range r.links {
		if !slices.Contains(names, name) {
			r.unlink(name, nil)
		}
	}
	for _, name := range names {
		if r.links[name] == nil {
			r.link(name)
		}
	}
	return nil
}

func (r *run) link(name string) {
	link, err := r.Open(name)
	if err != nil {
		if r.refused[name] != err.Error() { // once is enough: we look again each second
			r.refused[name] = err.Error()
			r.Events(Event{Kind: LinkDown, Peer: Peer{Link: name}, Err: err})
		}
		return
	}
	delete(r.refused, name)
	r.links[name] = link
	r.Events(Event{Kind: LinkUp, Peer: Peer{Link: name}})
	r.readers.Go(func() { r.read(name, link.Conn) })
	r.eager = eager
	r.hasten(time.Now())
}

// read hands on what arrives, until the link is closed.
func (r *run) read(name string, conn net.PacketConn) {
	buf := make([]byte, 1<<16) // room for any datagram: one that is cut off would be an error on Windows
	for {
		n, from, err := conn.ReadFrom(buf)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		r.heard <- datagram{link: name, data: slices.Clone(buf[:n]), from: hostOf(from), err: err}
		if err != nil {
			return
		}
	}
}

func hostOf(addr net.Addr) netip.Addr {
	if udp, ok := addr.(*net.UDPAddr); ok {
		return udp.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}

// unlink lets go of a link, and of everybody who was heard there.
func (r *run) unlink(name string, why error) {
	link := r.links[name]
	if link == nil {
		return // the reader fails as well where a write has failed
	}
	link.Conn.Close()
	delete(r.links, name)
	r.peers.unlink(name, r.Events)
	r.Events(Event{Kind: LinkDown, Peer: Peer{Link: name}, Err: why})
}

// close closes every link, and waits for its reader, which may have one more word to say.
func (r *run) close() {
	for _, link := range r.links {
		link.Conn.Close()
	}
	go func() { r.readers.Wait(); close(r.heard) }()
	for range r.heard {
	}
}
