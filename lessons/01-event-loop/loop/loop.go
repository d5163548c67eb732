//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop

import (
	"context"
	"io"
	"os"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
)

const (
	batch  = 1024     // events a wait, at most
	buffer = 16 << 10 // bytes a read, at most; each of the engines has as many

	tick  = 20 * time.Millisecond // how often, while stopping, we ask what the kernel still holds
	stall = time.Second           // a client that takes nothing for so long, while stopping, is given up
)

// A loop is all that one goroutine needs to serve its clients. Nobody else touches it.
type loop struct {
	*Server
	poller *poller.Poller
	now    time.Time // of this turn

	listener  int       // -1 once we are stopping
	resting   bool      // not accepting: descriptors have run out
	restUntil time.Time // when to try again, at the latest

	conns    []*conn       // by descriptor, which stays small: the kernel gives the lowest that is free
	clients  int           // how many of conns are not nil
	closed   []*conn       // closed in this turn; their descriptors follow at its end
	idle     list          // who has been silent longest stands in front
	idleTime time.Duration // 0: nobody keeps the list
	buf      []byte        // every read goes through it: a silent connection owns no buffer

	stopBy time.Time // the end, when we are stopping
	lookAt time.Time // and when to see who is done
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
		if l.listener < 0 && !l.now.Before(l.lookAt) {
			l.drain()
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
		if l.listener < 0 && (l.clients == 0 || !l.now.Before(l.stopBy)) {
			return nil
		}
	}
}

// handle serves one connection.
func (l *loop) handle(ev poller.Event) {
	c := l.conns[ev.FD]
	if c == nil || c.closed {
		return // stale: an earlier event of this batch has closed the connection
	}
	if ev.Error || ev.WriteClosed {
		// Neither can be masked, and WriteClosed comes again with every wait. Close at once.
		// A call that fails says why. (SO_ERROR would not: on Windows it stays 0.)
		l.flush(c)
		l.read(c)
		l.close(c, io.EOF)
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
		l.conns[c.fd] = nil
		l.clients--
		l.trace("remove", c.fd, 0, l.poller.Remove(c.fd))
		sock.Close(c.fd)
	}
	clear(l.closed)
	l.closed = l.closed[:0]
	if l.resting && (freed || !l.now.Before(l.restUntil)) {
		return l.resume()
	}
	return nil
}

// stop begins the end. Who has connected is still let in. From here on nobody may be idle
// for longer than a stall, whatever the server allows otherwise.
func (l *loop) stop() error {
	if err := l.accept(); err != nil {
		return err
	}
	if !l.resting {
		l.trace("remove", l.listener, 0, l.poller.Remove(l.listener))
	}
	sock.Close(l.listener)
	l.listener, l.resting = -1, false
	l.stopBy, l.lookAt, l.idleTime = l.now.Add(l.Drain), l.now.Add(tick), stall
	if l.failed.Load() {
		l.stopBy = l.now
	}
	for _, c := range l.conns {
		if c != nil {
			l.touch(c)
		}
	}
	return nil
}

// drain looks who is done: who has been silent since the last look, and whose kernel has
// acknowledged all that we sent. We finish (FIN), and close once that is acknowledged too.
// To close earlier might lose it: a byte that lies unread in a closed socket, or arrives at
// one, makes the kernel send RST, and RST overtakes what waits to be sent.
func (l *loop) drain() {
	l.lookAt = l.now.Add(tick)
	for _, c := range l.conns {
		if c == nil {
			continue
		}
		l.read(c)
		if l.passing(c) {
			l.touch(c)
		}
		done := len(c.pending) == 0 && c.unsent == 0 && l.now.Sub(c.moved) >= tick
		switch {
		case done && c.finished:
			l.close(c, nil)
		case done && !c.closed:
			c.finished = true
			sock.CloseWrite(c.fd)
		}
		l.settle(c)
	}
}

// giveUp closes a client that has not taken what it is owed. The RST tells it so: after a
// FIN it would think that it had everything.
func (l *loop) giveUp(c *conn) {
	if owed := len(c.pending) + sock.Unsent(c.fd); owed > 0 && !c.finished && !c.closed {
		sock.ResetOnClose(c.fd)
		l.cutClients.Add(1)
		l.cutBytes.Add(int64(owed))
	}
	l.close(c, os.ErrDeadlineExceeded)
}

func (l *loop) closeAll() {
	for _, c := range l.conns {
		if c != nil {
			l.giveUp(c)
		}
	}
	l.resting = false
	l.sweep()
	l.poller.Close()
	if l.listener >= 0 {
		sock.Close(l.listener)
	}
}

func (l *loop) trace(call string, fd, n int, err error) {
	if l.Trace != nil {
		l.Trace(call, fd, n, err)
	}
}
