package lab

import (
	"fmt"
	"net/netip"
	"sync"
)

// A Segment joins several hosts, as one Ethernet does: what one of them broadcasts, all
// others hear. It needs no TUN device. It may be used from several goroutines.
type Segment struct {
	Hosts []*Host // host1 at 10.0.1.1 and fd00:1::1 and fe80::1, and so on

	bridge  bridge
	once    sync.Once
	closing error
}

// Broadcast is the address of all hosts of a segment.
var Broadcast = netip.MustParseAddr("10.0.1.255")

// maxHosts leaves out the network's own address and the one of broadcast.
const maxHosts = 254

// OpenSegment makes n hosts on one bridge, with IPv4 and IPv6. The interface of each is
// called lan. Where the system does not allow it, the error is an *Unavailable. Close takes
// everything away; so does the end of the process, however it ends.
func OpenSegment(n int) (*Segment, error) {
	if n < 1 || n > maxHosts {
		return nil, fmt.Errorf("lab: a segment of %d hosts: it has 1 to %d", n, maxHosts)
	}
	s := new(Segment)
	var err error
	if s.Hosts, err = s.bridge.open(n); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// Tap lets somebody see every IP packet as a host sends it, until remove is called. see is
// called from a goroutine of its own, one packet after the other. Packets that come faster
// than see returns may be missing.
func (s *Segment) Tap(see func(Packet)) (remove func(), err error) {
	return s.bridge.tap(s.Hosts, see)
}

// Close takes the segment and its hosts away. Sockets that are still open on a host find
// that nobody answers any more.
func (s *Segment) Close() error {
	s.once.Do(func() { s.closing = s.bridge.close(s.Hosts) })
	return s.closing
}
