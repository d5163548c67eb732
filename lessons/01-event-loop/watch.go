package main

import (
	"context"
	"sync"
	"time"
)

// A watch learns what a loop does from its system calls, as strace would. Each figure
// that the demo prints about the loop comes from here.
type watch struct {
	mu    sync.Mutex
	moved sync.Cond

	thread   int
	waits    int
	writes   int
	accepted []int // descriptors, in the order in which they came
	closed   int
	ready    int // what the last wait returned
	clients  map[int]*traffic
}

// traffic is what the loop has moved for one client, in bytes.
type traffic struct {
	read, written         int
	lastRead, lastWritten int
}

func (t *traffic) held() int { return t.read - t.written }

func newWatch() *watch {
	w := &watch{clients: make(map[int]*traffic)}
	w.moved.L = &w.mu
	return w
}

// call is the hook of loop.Server.
func (w *watch) call(name string, fd, n int, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch name {
	case "wait":
		w.waits++
		w.ready = n
		w.thread = threadID()
	case "accept":
		if err == nil {
			w.accepted = append(w.accepted, n)
			w.clients[n] = new(traffic)
		}
	case "read":
		if c := w.clients[fd]; err == nil {
			c.read, c.lastRead = c.read+n, n
		}
	case "write":
		w.writes++
		c := w.clients[fd]
		c.written, c.lastWritten = c.written+n, n
	case "close":
		w.closed++
	}
	w.moved.Broadcast()
}

// until waits for the loop to make something true. It returns false when ctx is done.
func (w *watch) until(ctx context.Context, cond func(*watch) bool) bool {
	stop := context.AfterFunc(ctx, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.moved.Broadcast()
	})
	defer stop()
	w.mu.Lock()
	defer w.mu.Unlock()
	for !cond(w) && ctx.Err() == nil {
		w.moved.Wait()
	}
	return ctx.Err() == nil
}

// asleep waits until the loop's thread uses no more processor time, and returns how much
// it has used and how often it has waited.
func (w *watch) asleep() (cpu time.Duration, known bool, waits int) {
	w.mu.Lock()
	thread := w.thread
	w.mu.Unlock()
	for {
		before, _ := threadCPU(thread)
		time.Sleep(5 * time.Millisecond)
		cpu, known = threadCPU(thread)
		if cpu == before {
			break
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return cpu, known, w.waits
}
