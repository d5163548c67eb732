package tunnel

import (
	"errors"
	"net"
	"syscall"
	"time"

	"onthewire/lessons/internal/drain"
	"onthewire/lessons/internal/errno"
)

var (
	errSilent  = errors.New("nothing has moved for too long")
	errStopped = errors.New("the proxy has stopped")
)

// limit is how long nothing may move. A side that has heard the end, and neither speaks nor ends
// itself, would otherwise hold two descriptors for as long as it likes.
func (t *tunnel) limit() time.Duration {
	switch {
	case t.all.isStopping():
		return settle
	case t.ended > 0:
		return t.all.Half
	}
	return t.all.Idle
}

// moved gives it that time anew.
func (t *tunnel) moved() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.timer != nil && t.cut == nil && t.ended < 2 {
		t.timer.Reset(t.limit())
	}
}

// look is called when we have moved nothing for that long. What the kernel still sends to a slow
// reader moves as well.
func (t *tunnel) look() {
	t.mu.Lock()
	left := drain.Unsent(t.client.Conn) + drain.Unsent(t.origin.Conn)
	if left > 0 && left != t.left && t.ended < 2 {
		t.left = left
		t.timer.Reset(t.limit())
		t.mu.Unlock()
		return
	}
	t.mu.Unlock()
	if t.all.isStopping() {
		t.end(errStopped, finish)
		return
	}
	t.end(errSilent, reset)
}

// How a tunnel ends.
const (
	finish = false
	reset  = true // after a FIN a side would think that it has everything
)

// end closes both sides, upon which both directions return.
func (t *tunnel) end(err error, abort bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if gone := errno.Is(err, syscall.EPIPE) || errno.Is(err, syscall.ECONNRESET); t.ended == 1 && gone {
		err = nil // who had finished has closed, and hears no more: most clients end so
	}
	if t.cut == nil && t.ended < 2 {
		t.cut = err
	}
	if t.timer != nil {
		t.timer.Stop()
	}
	for _, conn := range []net.Conn{t.client.Conn, t.origin.Conn} {
		if conn == nil {
			continue // the server has not handed it over yet
		}
		if tcp, ok := conn.(interface{ SetLinger(int) error }); ok && abort {
			tcp.SetLinger(0)
		}
		conn.Close()
	}
}
