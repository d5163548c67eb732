//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package loop

import (
	"time"

	"onthewire/lessons/01-event-loop/sock"
)

// A list orders the connections by when they last moved. Everyone waits equally long, so
// whoever moves goes to the back, and whoever stands in front is the first to expire. One
// deadline serves ten thousand connections, without a heap and without a timer for each.
type list struct {
	front, back *conn
}

// touch notes that something has moved on c.
func (l *loop) touch(c *conn) {
	if l.idleTime == 0 {
		return
	}
	c.moved = l.now
	l.idle.remove(c)
	l.idle.push(c)
}

// expire closes the connections on which nothing has moved for too long. First it asks once
// more. The kernel may have passed on what we wrote before, and what the client said may
// lie unread: this process was suspended, say, or the batch was too small to tell.
func (l *loop) expire() {
	for c := l.idle.front; c != nil && l.now.Sub(c.moved) >= l.idleTime; c = l.idle.front {
		switch {
		case l.read(c):
			l.settle(c)
		case l.passing(c):
			l.touch(c)
		default:
			l.giveUp(c)
		}
	}
}

// passing tells whether the peer's kernel has taken something since we last asked.
func (l *loop) passing(c *conn) bool {
	before := c.unsent
	c.unsent = int32(sock.Unsent(c.fd))
	return c.unsent != before
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
		sooner(l.lookAt)
	}
	if c := l.idle.front; c != nil {
		sooner(c.moved.Add(l.idleTime))
	}
	if next.IsZero() {
		return -1
	}
	return max(0, time.Until(next))
}

func (q *list) push(c *conn) {
	c.prev = q.back
	if q.back == nil {
		q.front = c
	} else {
		q.back.next = c
	}
	q.back = c
}

// remove takes c out; it may also be in no list.
func (q *list) remove(c *conn) {
	if c.prev != nil {
		c.prev.next = c.next
	} else if q.front == c {
		q.front = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	} else if q.back == c {
		q.back = c.prev
	}
	c.prev, c.next = nil, nil
}
