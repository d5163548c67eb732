package lab

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// A Way is what one direction of a link does to the packets on it. The zero Way delivers
// every packet at once. Sizes are those of IP packets.
type Way struct {
	Delay  time.Duration // what every packet needs
	Jitter time.Duration // up to so much more, evenly spread; packets keep their order

	Rate  int64 // bits a second; 0: as many as this machine can carry
	Queue int   // bytes that may wait for Rate; 0: what Rate carries in 100 ms

	Loss  float64 // the share of packets that are lost, 0 to 1
	Burst float64 // losses come in runs of this mean length; up to 1: each on its own

	Reorder float64       // the share of packets that others overtake, 0 to 1
	Late    time.Duration // how much later than their turn those arrive; 0: 1 ms
}

// longest bounds each time of a way, so that their sum is one that a Duration can hold.
const longest = 24 * time.Hour

// Validate says what about the way makes no sense.
func (w Way) Validate() error {
	switch {
	case w.Delay < 0 || w.Jitter < 0 || w.Late < 0:
		return fmt.Errorf("a delay of %v, jitter of %v and lateness of %v: a time cannot be negative", w.Delay, w.Jitter, w.Late)
	case max(w.Delay, w.Jitter, w.Late) > longest:
		return fmt.Errorf("a delay of %v, jitter of %v and lateness of %v: a packet is under way for %v at most", w.Delay, w.Jitter, w.Late, longest)
	case w.Rate < 0 || w.Queue < 0:
		return fmt.Errorf("a rate of %d bit/s and a queue of %d bytes: a size cannot be negative", w.Rate, w.Queue)
	case !(w.Loss >= 0 && w.Loss <= 1):
		return fmt.Errorf("a loss of %v: a share is between 0 and 1", w.Loss)
	case !(w.Reorder >= 0 && w.Reorder <= 1):
		return fmt.Errorf("a reordering of %v: a share is between 0 and 1", w.Reorder)
	case !(w.Burst >= 0):
		return fmt.Errorf("bursts of %v packets: a length cannot be negative", w.Burst)
	case w.Burst > 1 && w.Loss > w.Burst/(w.Burst+1):
		// Between two bursts at least one packet has to get through.
		return fmt.Errorf("a loss of %v in bursts of %v: at most %.2f fits between them", w.Loss, w.Burst, w.Burst/(w.Burst+1))
	}
	return nil
}

// queue is the number of bytes that may wait for the transmitter.
func (w Way) queue() int {
	if w.Queue > 0 {
		return min(w.Queue, inFlight)
	}
	return min(max(int(w.Rate/8/10), 2*mtu), inFlight)
}

// A line decides what becomes of each packet of one direction. Times are counted from the
// link's start.
type line struct {
	way    Way
	idle   time.Duration // when the transmitter will have sent all that waits for it
	last   time.Duration // when the packet before this one arrives: none overtakes it
	losing bool          // inside a burst
}

// admit tells when a packet of so many bytes, which enters now, will arrive, or why it
// will not.
func (l *line) admit(now time.Duration, size int) (arrives time.Duration, fate Fate) {
	sent := now
	if w := l.way; w.Rate > 0 {
		backlog := int(max(0, l.idle-now).Seconds() * float64(w.Rate) / 8)
		if backlog+size > w.queue() && backlog > 0 {
			return 0, Overflowed
		}
		l.idle = max(l.idle, now) + time.Duration(float64(size)*8/float64(w.Rate)*float64(time.Second))
		sent = l.idle
	}
	if l.loses() {
		return 0, Lost // on the wire, so it has used its share of the rate
	}
	arrives = sent + l.way.Delay
	if l.way.Jitter > 0 {
		arrives += rand.N(l.way.Jitter)
	}
	arrives = max(arrives, l.last)
	if l.way.Reorder > 0 && rand.Float64() < l.way.Reorder {
		late := l.way.Late
		if late == 0 {
			late = time.Millisecond
		}
		return arrives + late, Overtaken
	}
	l.last = arrives
	return arrives, Delivered
}

// loses throws the dice. With bursts this is Gilbert's chain of two states: the chance to
// leave a burst sets its mean length, the chance to enter one sets the share of losses.
func (l *line) loses() bool {
	w := l.way
	if w.Loss == 0 {
		return false
	}
	if w.Burst <= 1 {
		return rand.Float64() < w.Loss
	}
	leave := 1 / w.Burst
	enter := leave * w.Loss / (1 - w.Loss)
	if l.losing {
		l.losing = rand.Float64() >= leave
	} else {
		l.losing = rand.Float64() < enter
	}
	return l.losing
}
