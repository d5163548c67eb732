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
// window, which grows by what is acknowledged: slow start, without loss and without an end. And
// no more than the reader has room for.
type direction struct {
	network  *Network
	toServer bool

	mu             sync.Mutex
	changed        *sync.Cond
	sent           [][]byte // under way, in order; nil is the end (FIN)
	arrived        []byte
	flight, window int
	ended, over    bool // the writer has closed, and that has arrived
	left, reset    bool // the reader has closed, and the writer has heard of it
	readBy         time.Time
	writeBy        time.Time
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

// send puts a packet on the way. Each timer takes the oldest, so they keep their order.
func (d *direction) send(piece []byte) {
	d.flight += len(piece)
	d.sent = append(d.sent, piece)
	d.network.tell(Packet{Time: time.Now(), ToServer: d.toServer, Bytes: len(piece)})
	time.AfterFunc(d.network.OneWay, d.arrive)
}

func (d *direction) arrive() {
	d.mu.Lock()
	defer d.mu.Unlock()
	piece := d.sent[0]
	d.sent = d.sent[1:]
	left := d.left && piece != nil
	if !d.left {
		d.arrived = append(d.arrived, piece...)
	}
	d.over = piece == nil
	d.changed.Broadcast()
	d.network.tell(Packet{Time: time.Now(), ToServer: !d.toServer}) // the acknowledgement, or a reset
	time.AfterFunc(d.network.OneWay, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.flight -= len(piece)
		d.window += len(piece)
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
	if !t.IsZero() {
		time.AfterFunc(time.Until(t), d.wake)
	}
	return nil
}

func (d *direction) wake() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.changed.Broadcast()
}

func passed(by time.Time) bool { return !by.IsZero() && !time.Now().Before(by) }
