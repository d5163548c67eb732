package network

import (
	"io"
	"net"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

// A direction carries the bytes of one side of a connection. What is written arrives after the
// delay, in order, and is acknowledged after another. No more may be under way than the
// window, which grows by what is acknowledged: slow start without an end, and
// no more than the reader has room for.
type direction struct {
	network  *Network
	toServer bool

	mu             sync.Mutex
	changed        *sync.Cond
	sent           []*parcel // under way, in order
	arrived        []byte
	flight, window int
	ended, over    bool // the writer has closed, and that has arrived
	left, reset    bool // the reader has closed, and the writer has heard of it
	readBy         time.Time
	writeBy        time.Time
}

// A parcel is a packet under way. One that is lost has to be sent again: the sender hears of that
// by what came behind it, a round trip after it has left.
type parcel struct {
	data    []byte // nil is the end (FIN)
	arrived bool
}

func newDirection(n *Network, toServer bool) *direction {
	d := &direction{network: n, toServer: toServer, window: initial}
	d.changed = sync.NewCond(&d.mu)
	return d
}

func (d *direction) write(b []byte) (written int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(b) > 0 {
		piece := b[:min(len(b), segment)]
		for !d.ended && !d.reset && !passed(d.writeBy) && d.flight+len(piece) > min(d.window, room-len(d.arrived)) {
			d.changed.Wait()
		}
		switch {
		case d.ended:
			return written, net.ErrClosed
		case passed(d.writeBy):
			return written, os.ErrDeadlineExceeded
		case d.reset:
			return written, os.NewSyscallError("write", syscall.EPIPE)
		}
		d.send(slices.Clone(piece))
		b, written = b[len(piece):], written+len(piece)
	}
	return written, nil
}

// send puts a packet on the way.
func (d *direction) send(data []byte) {
	d.flight += len(data)
	p, takes := &parcel{data: data}, d.network.OneWay
	d.sent = append(d.sent, p)
	d.network.tell(Packet{Time: time.Now(), ToServer: d.toServer, Bytes: len(data)})
	if d.network.simulated.falls(d.toServer, len(data)) {
		time.AfterFunc(2*d.network.OneWay, d.slower)
		takes = 3 * d.network.OneWay
	}
	time.AfterFunc(takes, func() { d.arrive(p) })
}

// slower is what a loss does to the window.
func (d *direction) slower() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.window = max(d.window/2, initial/5) // RFC 5681: half, and never less than two segments
}

// arrive takes a packet in. What came behind a hole is here, and nobody gets to read it.
func (d *direction) arrive(p *parcel) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p.arrived = true
	left := d.left && p.data != nil
	for len(d.sent) > 0 && d.sent[0].arrived {
		if !d.left {
			d.arrived = append(d.arrived, d.sent[0].data...)
		}
		d.over = d.sent[0].data == nil
		d.sent = d.sent[1:]
	}
	d.changed.Broadcast()
	d.network.tell(Packet{Time: time.Now(), ToServer: !d.toServer}) // the acknowledgement, or a reset
	time.AfterFunc(d.network.OneWay, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.flight -= len(p.data)
		d.window += len(p.data)
		d.reset = d.reset || left
		d.changed.Broadcast()
	})
}

func (d *direction) read(b []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for !d.left && !passed(d.readBy) && len(d.arrived) == 0 && !d.over {
		d.changed.Wait()
	}
	switch {
	case d.left:
		return 0, net.ErrClosed
	case passed(d.readBy):
		return 0, os.ErrDeadlineExceeded
	case len(d.arrived) == 0 && len(b) > 0:
		return 0, io.EOF
	}
	n := copy(b, d.arrived)
	d.arrived = d.arrived[n:]
	d.changed.Broadcast() // there is room: in truth the writer would hear of it a little later
	return n, nil
}

// end is a FIN, behind all that was written.
func (d *direction) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.ended {
		d.ended = true
		d.send(nil)
	}
	d.changed.Broadcast()
}

// leave ends reading.
func (d *direction) leave() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.left, d.arrived = true, nil
	d.changed.Broadcast()
}

func (d *direction) deadline(by *time.Time, t time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	*by = t
	d.changed.Broadcast()
	if left := time.Until(t); left > 0 { // one due at once crashes the runtime, in a bubble under -race
		time.AfterFunc(left, d.wake)
	}
	return nil
}

func (d *direction) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed.Broadcast()
}

func passed(by time.Time) bool { return !by.IsZero() && !time.Now().Before(by) }
