package poller

import (
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// Mechanism is the system's own name for what a Poller stands on.
const Mechanism = "AFD"

// A Poller is a completion port, at which requests to \Device\Afd (afd_windows.go) arrive
// when they end. Each socket has one under way at most. A request ends with the first thing
// that it can tell, so the next Wait asks again: that makes it level-triggered.
type Poller struct {
	port    windows.Handle
	devices []*device
	waking  atomic.Bool // a packet for Wake is in the port

	watched  map[int]*watch     // by descriptor
	numbered map[uintptr]*watch // as the kernel names them; removed ones stay in until their packet has come
	last     uintptr            // the number given last
	unasked  []*watch           // to be asked about by the next Wait
	asked    int                // how many requests are under way
	raw      []packet
}

// Which key a packet has.
const (
	keyOfDevices = 0
	keyOfWake    = 1
)

// New opens a Poller that watches nothing yet.
func New() (*Poller, error) {
	port, err := windows.CreateIoCompletionPort(windows.InvalidHandle, 0, 0, 1)
	if err != nil {
		return nil, os.NewSyscallError("createiocompletionport", err)
	}
	return &Poller{port: port, watched: make(map[int]*watch), numbered: make(map[uintptr]*watch)}, nil
}

// Add begins to watch fd, which must be a socket.
func (p *Poller) Add(fd int, want Interest) error {
	w := p.watched[fd]
	switch {
	case want&(Readable|Writable) == 0:
		return os.NewSyscallError("afd", syscall.EINVAL)
	case w != nil:
		return os.NewSyscallError("afd", syscall.EEXIST)
	}
	base, err := base(fd)
	if err != nil {
		return err
	}
	d, err := p.device()
	if err != nil {
		return err
	}
	if err := p.own(fd); err != nil {
		return err
	}
	p.last++
	w = &watch{fd: fd, number: p.last, want: want, base: base, device: d}
	d.watches++
	p.watched[fd], p.numbered[w.number] = w, w
	p.unasked = append(p.unasked, w)
	return nil
}

// Change replaces what fd is watched for.
func (p *Poller) Change(fd int, want Interest) error {
	w := p.watched[fd]
	switch {
	case want&(Readable|Writable) == 0:
		return os.NewSyscallError("afd", syscall.EINVAL)
	case w == nil:
		return os.NewSyscallError("afd", syscall.ENOENT)
	}
	if w.asked && !w.stale && want != w.want {
		w.cancel()
	}
	w.want = want
	return nil
}

// Remove stops watching fd.
func (p *Poller) Remove(fd int) error {
	w := p.watched[fd]
	if w == nil {
		return os.NewSyscallError("afd", syscall.ENOENT)
	}
	p.forget(w)
	if w.asked && !w.stale {
		w.cancel()
	}
	return nil
}

// Wait sleeps until a descriptor is ready, and tells which.
func (p *Poller) Wait(events []Event, timeout time.Duration) (int, error) {
	if len(p.raw) < len(events) {
		p.raw = make([]packet, len(events))
	}
	for begun := time.Now(); ; {
		if err := p.askAgain(); err != nil {
			return 0, err
		}
		left := timeout
		if timeout > 0 {
			left = max(0, min(timeout, longest)-time.Since(begun))
		}
		count, err := dequeue(p.port, p.raw[:len(events)], milliseconds(left))
		if err != nil {
			return 0, err
		}
		n, woken := 0, false
		for _, raw := range p.raw[:count] {
			if raw.key == keyOfWake {
				p.waking.Store(false)
				woken = true
				continue
			}
			ev, closed := p.answered(p.numbered[raw.number])
			if closed != nil {
				err = closed
			} else if ev != (Event{}) {
				events[n] = ev
				n++
			}
		}
		if err != nil { // what else was told will be told again
			return 0, err
		}
		if n > 0 || woken || count == 0 && left == 0 {
			return n, nil
		}
		// Nothing but cancelled requests, or the system's clock is coarser than ours.
	}
}

// Wake makes one Wait return. Only the first of many wakes costs a system call.
func (p *Poller) Wake() error {
	if !p.waking.CompareAndSwap(false, true) {
		return nil
	}
	err := windows.PostQueuedCompletionStatus(p.port, 0, keyOfWake, nil)
	if err != nil {
		p.waking.Store(false) // nobody is about to wake: the next Wake has to try again
	}
	return os.NewSyscallError("postqueuedcompletionstatus", err)
}

// Close ends the Poller. The descriptors that it watched stay open.
func (p *Poller) Close() error {
	for _, w := range p.watched {
		p.Remove(w.fd)
	}
	for p.asked > 0 { // the kernel may write to our memory until it has said that it is done
		var raw [64]packet
		n, err := dequeue(p.port, raw[:], windows.INFINITE)
		if err != nil {
			return err
		}
		for _, packet := range raw[:n] {
			if packet.key == keyOfDevices {
				p.answered(p.numbered[packet.number])
			}
		}
	}
	for _, d := range p.devices {
		windows.CloseHandle(d.handle)
	}
	return os.NewSyscallError("closehandle", windows.CloseHandle(p.port))
}

// milliseconds rounds up, as a Wait must not end before its time.
func milliseconds(timeout time.Duration) uint32 {
	if timeout < 0 {
		return windows.INFINITE
	}
	return uint32((timeout + time.Millisecond - 1) / time.Millisecond)
}
