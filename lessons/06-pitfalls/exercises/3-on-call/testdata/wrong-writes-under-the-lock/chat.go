// check says: one guest does not read, and another one hears nothing any more

package oncall

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

const behind = 1000

type room struct {
	mu     sync.Mutex
	guests map[net.Conn]chan []byte // the lines that each is still to be sent
}

func newRoom() *room { return &room{guests: map[net.Conn]chan []byte{}} }

func (r *room) serve(ctx context.Context, l net.Listener) error {
	var all sync.WaitGroup
	defer all.Wait()
	defer context.AfterFunc(ctx, func() {
		l.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		for guest := range r.guests {
			r.leave(guest)
		}
	})()
	for {
		guest, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE):
			select { // nobody is lost: they wait in the backlog
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		case err != nil:
			return err
		}
		lines := make(chan []byte, behind)
		r.mu.Lock()
		r.guests[guest] = lines
		r.mu.Unlock()
		all.Go(func() { r.listen(guest) })
		all.Go(func() {
			for line := range lines {
				if _, err := guest.Write(line); err != nil {
					r.mu.Lock()
					r.leave(guest)
					r.mu.Unlock()
				}
			}
		})
	}
}

// leave is called with the lock held.
func (r *room) leave(guest net.Conn) {
	if lines, ok := r.guests[guest]; ok {
		delete(r.guests, guest)
		guest.Close()
		close(lines)
	}
}

func (r *room) listen(guest net.Conn) {
	in := bufio.NewReader(guest)
	for {
		line, err := in.ReadSlice('\n')
		r.mu.Lock()
		if err != nil {
			if err != io.EOF { // at the end of what it says it still hears
				r.leave(guest)
			}
			r.mu.Unlock()
			return
		}
		line = bytes.Clone(line) // the next read takes the buffer again
		for other := range r.guests {
			if other == guest {
				continue
			}
			if _, err := other.Write(line); err != nil {
				r.leave(other)
			}
		}
		r.mu.Unlock()
	}
}
