// Package oncall is exercise 6.3: a chat that went into service yesterday, with five pitfalls in it.
package oncall

import (
	"context"
	"net"
	"sync"

	"onthewire/lessons/internal/exercise"
)

// behind is how many lines a guest may be behind the others. Who is further behind has to leave.
const behind = 1000

// A room passes on what a guest says in a line to all others.
type room struct {
	mu     sync.Mutex
	guests map[net.Conn]bool
	said   [4096]byte // no line is longer
}

func newRoom() *room { return &room{guests: map[net.Conn]bool{}} }

// serve lets guests in until ctx ends. Then it returns nil, once all have left. A guest that has
// shut down its side has no more to say, and still hears the others.
func (r *room) serve(ctx context.Context, l net.Listener) error {
	exercise.TODO("delete this line, and read what the guests complain of")
	var listening sync.WaitGroup
	defer listening.Wait()
	stop := context.AfterFunc(ctx, func() {
		l.Close()
		r.mu.Lock()
		defer r.mu.Unlock()
		for guest := range r.guests {
			guest.Close()
		}
	})
	defer stop()
	for {
		guest, err := l.Accept()
		if ctx.Err() != nil {
			return nil
		} else if err != nil {
			return err
		}
		r.mu.Lock()
		r.guests[guest] = true
		r.mu.Unlock()
		listening.Go(func() { r.listen(guest) })
	}
}

func (r *room) listen(guest net.Conn) {
	defer guest.Close()
	for {
		n, err := guest.Read(r.said[:])
		r.mu.Lock()
		if err != nil {
			delete(r.guests, guest)
		}
		for other := range r.guests {
			if other != guest {
				other.Write(r.said[:n])
			}
		}
		r.mu.Unlock()
		if err != nil {
			return
		}
	}
}
