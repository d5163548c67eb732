package vanished

import (
	"bufio"
	"context"
	"net"
	"sync"
	"time"
)

// This file is for reading: the chat of lesson 01, with two goroutines for each guest.

// maxPending is how many lines may wait for one guest.
const maxPending = 64

// A room is everybody who is connected. What one guest says in a line, all others hear,
// and also when one of them has left.
type room struct {
	mu     sync.Mutex
	guests map[*guest]bool
}

type guest struct {
	*net.TCPConn
	pending chan string
}

// serve runs the chat until ctx is done, and closes the listener.
func serve(ctx context.Context, listener net.Listener, within time.Duration) error {
	r := &room{guests: make(map[*guest]bool)}
	var all sync.WaitGroup
	defer all.Wait()
	defer listener.Close()
	defer context.AfterFunc(ctx, func() { listener.Close() })()
	for {
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				conn.Close()
			}
			return nil
		}
		if err != nil {
			return err
		}
		g := &guest{conn.(*net.TCPConn), make(chan string, maxPending)}
		if err := prepare(g.TCPConn, within); err != nil {
			g.Close() // it costs this guest its connection, and nobody else theirs
			continue
		}
		r.enter(g)
		all.Go(g.write)
		all.Go(func() {
			defer context.AfterFunc(ctx, func() { g.Close() })()
			g.read(r)
		})
	}
}

// read passes on what the guest says until its connection ends. The scanner gives up on a
// line without an end.
func (g *guest) read(r *room) {
	lines := bufio.NewScanner(g)
	for lines.Scan() {
		r.tell(g, lines.Text()+"\n")
	}
	r.leave(g)
	r.tell(g, g.RemoteAddr().String()+" has left\n")
}

// write waits for the guest where nobody else has to.
func (g *guest) write() {
	for line := range g.pending {
		if _, err := g.Write([]byte(line)); err != nil {
			g.Close() // and its reader finds out
		}
	}
}

func (r *room) enter(g *guest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.guests[g] = true
}

func (r *room) leave(g *guest) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.guests, g)
	close(g.pending)
	g.Close()
}

// tell never waits. A guest who lets too many lines pile up has to leave.
func (r *room) tell(from *guest, line string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for g := range r.guests {
		if g == from {
			continue
		}
		select {
		case g.pending <- line:
		default:
			g.Close()
		}
	}
}
