package network

import (
	"net"
	"sync"
	"time"
)

// A stream holds the bytes that have been sent to one end, and those that are under way to it.
type stream struct {
	mu       sync.Mutex
	changed  *sync.Cond
	segments []segment
	fin      time.Time // when the FIN arrives; zero: none was sent
	err      error     // what the end gets from now on: net.ErrClosed, or a reset
	readBy   deadline  // of the end that reads
	writeBy  deadline  // of its peer
	bytes    int       // in segments
	sent     int       // bytes, since the beginning
	read     int       // of them
	lost     bool
}

// window is how much a peer may send before the other reads it: send and receive buffer in one.
const window = 256 << 10

type segment struct {
	arrives time.Time
	data    []byte
}

func newStream() *stream {
	s := new(stream)
	s.changed = sync.NewCond(&s.mu)
	return s
}

func (s *stream) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

func (s *stream) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost, s.segments, s.bytes = true, nil, 0
	s.changed.Broadcast()
}

// A deadline wakes whoever waits.
type deadline struct {
	at    time.Time
	timer *time.Timer
}

func (d *deadline) passed() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func (s *stream) set(d *deadline, at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d.timer != nil {
		d.timer.Stop()
	}
	*d = deadline{at: at}
	if left := time.Until(at); left > 0 {
		d.timer = time.AfterFunc(left, s.wake)
	}
	s.changed.Broadcast()
	return nil
}

// fail makes the end that reads from s fail from now on, unless it has already.
func (s *stream) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil && !s.lost || err == net.ErrClosed {
		s.err, s.segments, s.bytes = err, nil, 0
	}
	s.changed.Broadcast()
}

// after is time.AfterFunc, but for no time at all it needs no timer: in a bubble of
// testing/synctest one that is due at once has crashed the runtime, under -race (go 1.26.8).
func after(d time.Duration, f func()) {
	if d <= 0 {
		go f()
		return
	}
	time.AfterFunc(d, f)
}
