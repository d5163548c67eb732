//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package chat

import (
	"context"
	"os"
	"syscall"
	"time"

	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/01-event-loop/sock"
)

// This file is for reading. What has a capital letter is for use in chat.go.

const (
	maxLine    = 4 << 10   // bytes in a line, at most
	maxPending = 256 << 10 // bytes that wait for one client, at most

	restTime = 100 * time.Millisecond // how long not to accept when no descriptor is free
)

// A Room is everybody who is connected. Only its own goroutine touches it.
type Room struct {
	Members map[int]*Member // by descriptor

	poller   *poller.Poller
	listener int
	left     []*Member // in this turn; their descriptors follow at its end

	restUntil time.Time // not accepting until then: descriptors have run out
	stopping
}

// A Member is one client.
type Member struct {
	Line    []byte // said since the last newline
	Pending []byte // not yet taken by the kernel

	fd   int
	want poller.Interest
	left bool
	leaving
}

// serve runs the chat until ctx is done and everybody has got what is pending for them
// (drain.go says how), or until something is broken. It closes the listener.
func serve(ctx context.Context, listener int) error {
	p, err := poller.New()
	if err != nil {
		sock.Close(listener)
		return err
	}
	r := &Room{Members: make(map[int]*Member), poller: p, listener: listener}
	defer r.close()
	if err := p.Add(listener, poller.Readable); err != nil {
		return err
	}
	woken := make(chan struct{})
	forget := context.AfterFunc(ctx, func() { p.Wake(); close(woken) })
	defer func() {
		if !forget() {
			<-woken
		}
	}()
	events, buf := make([]poller.Event, 64), make([]byte, 16<<10)
	for {
		n, err := p.Wait(events, r.timeout())
		if err != nil {
			return err
		}
		for _, ev := range events[:n] {
			if ev.FD != listener {
				if m := r.Members[ev.FD]; m != nil {
					r.handle(m, ev, buf)
				}
			} else if err := r.accept(); err != nil {
				return err
			}
		}
		r.sweep()
		if err := r.resume(); err != nil {
			return err
		}
		if ctx.Err() != nil && r.drained() {
			return r.cut()
		}
	}
}

// accept lets in everybody who waits. When no descriptor is free, the client stays in the
// queue and the listener ready: we look away, or we would spin.
func (r *Room) accept() error {
	for {
		fd, err := sock.Accept(r.listener)
		switch err {
		case nil:
			if err := r.poller.Add(fd, poller.Readable); err != nil {
				sock.Close(fd)
				continue
			}
			r.Members[fd] = &Member{fd: fd, want: poller.Readable}
		case syscall.EAGAIN:
			return nil
		case syscall.EINTR, syscall.ECONNABORTED:
		case syscall.EBADF, syscall.EINVAL, syscall.ENOTSOCK:
			return os.NewSyscallError("accept", err)
		default:
			r.restUntil = time.Now().Add(restTime)
			return r.poller.Remove(r.listener)
		}
	}
}

// resume watches the listener again after restTime.
func (r *Room) resume() error {
	if r.restUntil.IsZero() || r.listener < 0 || time.Now().Before(r.restUntil) {
		return nil
	}
	r.restUntil = time.Time{}
	return r.poller.Add(r.listener, poller.Readable)
}

func (r *Room) handle(m *Member, ev poller.Event, buf []byte) {
	if ev.Error || ev.WriteClosed {
		r.Leave(m)
	}
	if ev.Writable {
		r.Flush(m)
	}
	if m.left || !ev.Readable && !ev.ReadClosed {
		return
	}
	n, err := sock.Read(m.fd, buf)
	switch {
	case err == syscall.EAGAIN || err == syscall.EINTR:
	case err != nil || n == 0:
		r.Leave(m)
	default:
		m.moved = time.Now()
		r.hear(m, buf[:n])
	}
}

// Flush offers the kernel what is pending for m. What it does not take stays pending, and
// goes out when the socket is writable again. Flush never waits.
func (r *Room) Flush(m *Member) {
	for !m.left && len(m.Pending) > 0 {
		n, err := sock.Write(m.fd, m.Pending)
		if err == syscall.EAGAIN || err == syscall.EINTR {
			break
		}
		if err != nil {
			r.Leave(m)
			break
		}
		m.Pending = m.Pending[n:]
	}
	want := poller.Readable
	if len(m.Pending) > 0 {
		want |= poller.Writable
	} else {
		m.Pending = nil
	}
	if want != m.want && !m.left {
		m.want = want
		if err := r.poller.Change(m.fd, want); err != nil {
			r.Leave(m)
		}
	}
}

// Leave marks a client that is to go. Its descriptor stays open until the batch is over.
func (r *Room) Leave(m *Member) {
	if !m.left {
		m.left = true
		r.left = append(r.left, m)
	}
	m.Line, m.Pending = nil, nil
}

func (r *Room) sweep() {
	for _, m := range r.left {
		delete(r.Members, m.fd)
		r.poller.Remove(m.fd)
		sock.Close(m.fd)
	}
	r.left = nil
}

func (r *Room) close() {
	for _, m := range r.Members {
		r.giveUp(m)
	}
	r.sweep()
	r.poller.Close()
	if r.listener >= 0 {
		sock.Close(r.listener)
	}
}
