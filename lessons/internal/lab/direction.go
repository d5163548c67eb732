package lab

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"
	"unsafe"
)

// inFlight bounds the bytes that one direction holds, so that a sender that nothing holds
// back cannot fill the machine's memory.
const inFlight = 64 << 20

// A Direction carries packets from one host to the other. It may be used from several
// goroutines.
type Direction struct {
	toServer bool
	start    time.Time
	in       io.Reader // the device of the host that sends, a packet a read
	out      io.Writer // the device of the host that receives, a packet a write
	taps     *taps
	alarm    *alarm

	mu      sync.Mutex
	line    line
	drops   []*drop
	waiting []parcel // by time of arrival
	held    int      // bytes that waiting costs
	busy    bool     // packets taken out of waiting are being written
	sleeps  time.Duration
	closed  bool
	counts  Counts
}

// Counts are what became of the packets of one direction since the link was opened.
type Counts struct {
	Packets    int // that a host sent
	Bytes      int
	Delivered  int // including those overtaken
	Overtaken  int
	Lost       int
	Dropped    int
	Overflowed int
	Oversized  int
}

// A parcel is a packet that is under way.
type parcel struct {
	ip      []byte
	arrives time.Duration
}

// weight is what a waiting packet costs: its bytes and its parcel.
func weight(ip []byte) int { return cap(ip) + int(unsafe.Sizeof(parcel{})) }

// never is when an empty direction wakes up by itself.
const never = time.Duration(1<<63 - 1)

// Set changes what this direction does, from the next packet on. Packets that are under
// way arrive as they would have.
func (d *Direction) Set(way Way) error {
	if err := way.Validate(); err != nil {
		return fmt.Errorf("lab: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.line.way = way
	return nil
}

// Counts tells what has become of the packets so far.
func (d *Direction) Counts() Counts {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.counts
}

// read takes packets from the sending host until its device is closed. It gives the thread
// back: programs that were started from it would die with it (Pdeathsig, see Host.Command).
func (d *Direction) read() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	buf := make([]byte, 64<<10) // the host's administrator may have raised its MTU
	for {
		n, err := d.in.Read(buf)
		if err != nil {
			return
		}
		d.accept(slices.Clone(buf[:n])) // of its own length, since it may have to wait
	}
}

// accept decides on one packet. Where it need not wait and nothing waits in front of it,
// it goes on at once.
func (d *Direction) accept(ip []byte) {
	now := time.Since(d.start)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return
	}
	arrives, fate := d.line.admit(now, len(ip))
	if len(d.drops) > 0 {
		fate = d.wished(ip, fate)
	}
	if fate.Arrives() && d.held+weight(ip) > inFlight {
		fate = Overflowed
	}
	if len(ip) > mtu {
		fate = Oversized
	}
	d.count(len(ip), fate)
	d.taps.tell(func() Packet {
		p := decode(slices.Clone(ip))
		p.Time, p.Way, p.ToServer, p.Fate = d.start.Add(now), max(0, arrives-now), d.toServer, fate
		return p
	})
	switch {
	case !fate.Arrives():
	case arrives <= now && len(d.waiting) == 0 && !d.busy:
		d.out.Write(ip) // a host whose device is gone hears nothing: the packet is lost
	default:
		d.hold(parcel{ip, arrives})
	}
}

func (d *Direction) count(size int, fate Fate) {
	d.counts.Packets++
	d.counts.Bytes += size
	switch fate {
	case Lost:
		d.counts.Lost++
	case Dropped:
		d.counts.Dropped++
	case Overflowed:
		d.counts.Overflowed++
	case Oversized:
		d.counts.Oversized++
	case Overtaken:
		d.counts.Overtaken++
		fallthrough
	default:
		d.counts.Delivered++
	}
}

// hold keeps a packet until its time. Most belong at the end; those behind a late one
// are put in front of it.
func (d *Direction) hold(p parcel) {
	at := len(d.waiting)
	for at > 0 && d.waiting[at-1].arrives > p.arrives {
		at--
	}
	d.waiting = slices.Insert(d.waiting, at, p)
	d.held += weight(p.ip)
	if p.arrives < d.sleeps {
		d.sleeps = p.arrives // one ring is enough
		d.alarm.ring()
	}
}

// deliver hands the packets over, each in its time, until the direction is closed.
func (d *Direction) deliver() {
	runtime.LockOSThread() // the alarm tunes the timers of this thread
	defer runtime.UnlockOSThread()
	d.alarm.tune()
	defer d.alarm.untune()
	for {
		batch, until, ok := d.due()
		if !ok {
			return
		}
		for _, p := range batch {
			d.out.Write(p.ip)
		}
		if len(batch) == 0 {
			d.alarm.sleep(until)
		}
	}
}

// due takes out the packets whose time has come. Where there are none, it tells how long
// to sleep.
func (d *Direction) due() (batch []parcel, sleep time.Duration, ok bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Since(d.start)
	n := 0
	for n < len(d.waiting) && d.waiting[n].arrives <= now {
		d.held -= weight(d.waiting[n].ip)
		n++
	}
	batch = slices.Clone(d.waiting[:n])
	d.waiting = slices.Delete(d.waiting, 0, n)
	d.busy = n > 0
	switch {
	case n > 0:
		d.sleeps = 0 // awake: nobody needs to ring
	case len(d.waiting) > 0:
		d.sleeps = d.waiting[0].arrives
		sleep = d.sleeps - now
	default:
		d.sleeps, sleep = never, never
	}
	return batch, sleep, !d.closed
}

func (d *Direction) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.closed = true
	d.alarm.ring()
}
