package tunnel

import (
	"bufio"
	"io"
	"net"
	"sync"
)

// This file is for reading: a chat as small as can be. It knows nothing of HTTP, and its guests
// may come through a tunnel or without one.

// A room passes on what a guest says in a line to all others.
type room struct {
	mu     sync.Mutex
	guests map[net.Conn]bool
}

// serve lets guests in until the listener is closed, and returns when all have left.
func (r *room) serve(l net.Listener) {
	r.guests = map[net.Conn]bool{}
	var talking sync.WaitGroup
	defer talking.Wait()
	for {
		guest, err := l.Accept()
		if err != nil {
			return
		}
		r.mu.Lock()
		r.guests[guest] = true
		r.mu.Unlock()
		talking.Go(func() { r.listen(guest) })
	}
}

func (r *room) listen(guest net.Conn) {
	defer guest.Close()
	for lines := bufio.NewReader(guest); ; {
		line, err := lines.ReadString('\n')
		r.mu.Lock()
		if err != nil {
			delete(r.guests, guest)
		}
		for other := range r.guests {
			if other != guest && err == nil {
				io.WriteString(other, line)
			}
		}
		r.mu.Unlock()
		if err != nil {
			return
		}
	}
}
