//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import (
	"context"
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/01-event-loop/poller"
)

const (
	batch     = 1024            // events a wait, at most
	buffer    = 64 << 10        // bytes a read, at most
	drainTime = 4 * time.Second // how long stopping may take
	drainIdle = time.Second     // how long, while stopping, one client may keep us waiting
)

// A loop is all that one goroutine needs to serve its clients. Nobody else touches it.
type loop struct {
	*Server
	poller *poller.Poller
	now    time.Time // of this turn

	listener  int       // -1 once we are stopping
	resting   bool      // not accepting: descriptors have run out
	restUntil time.Time // when to try again, at the latest

	conns    map[int]*conn // by descriptor
	closed   []*conn       // closed in this turn; their descriptors follow at its end
	idle     list          // who has been silent longest stands in front
	idleTime time.Duration // 0: nobody keeps the list
	buf      []byte        // every read goes through it: a silent connection owns no buffer

	stopBy time.Time
}

// run serves the clients of one listener, and closes it.
func run(ctx context.Context, s *Server, listener int) error {
	runtime.LockOSThread() // one loop, one thread: what the system says of the thread, it says of the loop
	defer runtime.UnlockOSThread()
	p, err := poller.New()
	if err != nil {
		unix.Close(listener)
		return err
	}
	l := &loop{
		Server: s, poller: p, now: time.Now(), listener: listener,
		conns: make(map[int]*conn), idleTime: s.Idle, buf: make([]byte, buffer),
	}
	defer l.closeAll()
	if err := p.Add(listener, poller.Readable); err != nil {
		return err
	}

	// Only the waker reaches a loop that sleeps. A wake that is under way must end before
	// its descriptor is closed, because the number may be somebody else's right after.
	woken := make(chan struct{})
	forget := context.AfterFunc(ctx, func() { p.Wake(); close(woken) })
	defer func() {
		if !forget() {
			<-woken
		}
	}()
	return l.serve(ctx)
}

// serve waits, handles each event, closes what is to be closed, and waits again.
func (l *loop) serve(ctx context.Context) error {
	events := make([]poller.Event, batch)
	for {
		n, err := l.poller.Wait(events, l.timeout())
		l.trace("wait", -1, n, err)
		if err != nil {
			return err
		}
		l.now = time.Now()
		for _, ev := range events[:n] {
			if ev.FD != l.listener {
				l.handle(ev)
			} else if err := l.accept(); err != nil {
				return err
			}
		}
		l.expire()
		if err := l.sweep(); err != nil {
			return err
		}
		if ctx.Err() != nil && l.listener >= 0 {
			if err := l.stop(); err != nil {
				return err
			}
		}
		if l.listener < 0 && (len(l.conns) == 0 || !l.now.Before(l.stopBy)) {
			return nil
		}
	}
}

// timeout is how long the loop may sleep; negative means until something happens.
func (l *loop) timeout() time.Duration {
	var next time.Time
	sooner := func(t time.Time) {
		if next.IsZero() || t.Before(next) {
			next = t
		}
	}
	if l.resting {
		sooner(l.restUntil)
	}
	if l.listener < 0 {
		sooner(l.stopBy)
	}
	if c := l.idle.front; c != nil {
		sooner(c.moved.Add(l.idleTime))
	}
	if next.IsZero() {
		return -1
	}
	return max(0, time.Until(next))
}

// handle serves one connection.
func (l *loop) handle(ev poller.Event) {
	c := l.conns[ev.FD]
	if c == nil || c.closed {
		return // stale: an earlier event of this batch has closed the connection
	}
	if ev.Error || ev.WriteClosed {
		// Neither can be masked, and both come again with every wait. Close at once.
		l.close(c, c.failure())
		return
	}
	if ev.Writable {
		l.flush(c)
	}
	if ev.Readable || ev.ReadClosed {
		l.read(c)
	}
	l.settle(c)
}

// sweep ends the turn. No event is in hand any more, so descriptors may be closed now.
func (l *loop) sweep() error {
	freed := len(l.closed) > 0
	for _, c := range l.closed {
		delete(l.conns, c.fd)
		unix.Close(c.fd)
	}
	clear(l.closed)
	l.closed = l.closed[:0]
	if l.resting && (freed || !l.now.Before(l.restUntil)) {
		return l.resume()
	}
	return nil
}

// stop begins the end. Who has connected is still let in, what has arrived is answered,
// and who has nothing under way is closed.
func (l *loop) stop() error {
	if err := l.accept(); err != nil {
		return err
	}
	unix.Close(l.listener)
	l.listener, l.resting = -1, false
	l.stopBy, l.idleTime = l.now.Add(drainTime), drainIdle
	for _, c := range l.conns {
		if heard := l.read(c); heard || len(c.pending) > 0 {
			l.touch(c)
		} else {
			l.close(c, nil)
		}
		l.settle(c)
	}
	return l.sweep()
}

func (l *loop) closeAll() {
	for _, c := range l.conns {
		l.close(c, os.ErrDeadlineExceeded)
	}
	l.resting = false
	l.sweep()
	if l.listener >= 0 {
		unix.Close(l.listener)
	}
	l.poller.Close()
}

func (l *loop) trace(call string, fd, n int, err error) {
	if l.Trace != nil {
		l.Trace(call, fd, n, err)
	}
}
