//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package loop

import "os"

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

// expire closes the connections on which nothing has moved for too long.
func (l *loop) expire() {
	for c := l.idle.front; c != nil && l.now.Sub(c.moved) >= l.idleTime; c = l.idle.front {
		l.close(c, os.ErrDeadlineExceeded)
	}
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
