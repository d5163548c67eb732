// Package tunnel joins two connections, so that each side hears what the other one says and knows
// when it has ended.
//
// Read it in this order: connect.go (what CONNECT asks for), tunnel.go (both directions), pass.go
// (one of them), silence.go (when nothing moves), tunnels.go (all that are open, and stopping).
package tunnel

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// A side is one of the two that are joined.
type side struct {
	net.Conn
	from   io.Reader // what comes from it
	passed int64     // bytes of that
}

// A tunnel has two directions, each of which ends by itself.
type tunnel struct {
	all            *Tunnels
	client, origin side
	timer          *time.Timer
	done           func(Passed)

	mu    sync.Mutex
	ended int // directions
	cut   error
	left  int // that the kernel had not sent when we last looked
}

// Passed is what has gone through a tunnel, in bytes, and why it was cut, if it was.
type Passed struct {
	Up, Down int64
	Err      error
}

// Join takes the client's connection from its server, sends the head of an answer, and joins it
// with the origin. What the origin says is read from there, which may be a buffer and then the
// connection. Join returns when the two are joined; done hears when they have ended.
//
// The handler is to return: its stack and its buffers would be most of what an idle tunnel costs.
func (a *Tunnels) Join(w http.ResponseWriter, head string, origin net.Conn, from io.Reader, done func(Passed)) error {
	t := &tunnel{all: a, origin: side{Conn: origin, from: from}, done: done}
	a.add(t) // before the server forgets the connection, else one of two could stop without it
	client, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		origin.Close()
		a.remove(t)
		return fmt.Errorf("take the client's connection over: %w", err)
	}
	early, _ := buffered.Reader.Peek(buffered.Reader.Buffered()) // it came with the head
	early = slices.Clone(early)                                  // the buffer goes when we return
	t.mu.Lock()
	t.client = side{Conn: client, from: client, passed: int64(len(early))}
	t.timer = time.AfterFunc(t.limit(), t.look)
	t.mu.Unlock()
	go t.direct(&t.origin, &t.client, early)
	go t.direct(&t.client, &t.origin, []byte(head))
	return nil
}

// direct is one direction. It begins with what is here already.
func (t *tunnel) direct(to, from *side, first []byte) {
	err := t.pass(to, from, first)
	if err != nil {
		t.end(err, reset)
	} else if half, ok := to.Conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite() // that it fails means that nobody is there, which the other direction hears
	}
	t.mu.Lock()
	t.ended++
	both := t.ended == 2
	t.mu.Unlock()
	t.moved()
	if both {
		t.end(nil, finish)
		t.done(Passed{t.client.passed, t.origin.passed, t.cut})
		t.all.remove(t)
	}
}
