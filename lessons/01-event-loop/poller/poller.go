//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

// Package poller tells which of many descriptors are ready, and sleeps until one is.
//
// Each system has its own way: epoll on Linux, kqueue on macOS and the BSDs, and requests to
// the driver \Device\Afd on Windows. The file for it defines, in this order,
//
//	New() (*Poller, error)
//	(*Poller).Add(fd int, want Interest) error
//	(*Poller).Change(fd int, want Interest) error
//	(*Poller).Remove(fd int) error
//	(*Poller).Wait(events []Event, timeout time.Duration) (int, error)
//	(*Poller).Wake() error
//	(*Poller).Close() error
//
// The descriptor is the token: an event names the descriptor that was added, and nothing
// else. Any descriptor that can wait will do: a socket, a pipe, a terminal. On Windows it is
// a socket, its handle as a number.
//
// Add takes a descriptor that is not watched, else it returns EEXIST. Change and Remove
// take one that is, else they return ENOENT. One that fails has changed nothing.
//
// Readiness is level-triggered. An event means "this would not block now", and it comes
// again with every Wait for as long as that stays true. An event is also a hint: somebody
// may be faster than we are, and select(2) knows of data that was thrown away for its bad
// checksum after it had been announced. So descriptors must be non-blocking. A descriptor
// may appear twice in one batch, once for each direction.
//
// Remove a descriptor, then close it. What epoll watches is the open file, which lives on if
// it has a duplicate, from dup(2) or fork(2), and goes on being reported under the number that
// was added. Windows may give the number of a closed socket to the next one while a request
// about the old one is still under way, and then the newcomer has a stranger's events. There
// the mistake is an error, of Wait or of the next Add. A descriptor that was not shared, epoll
// and kqueue forget when it is closed.
//
// Nothing may be closed while a batch of events is in hand: the next socket would get the
// same number, and with it the events that are still waiting for the old one. On Windows no
// two Pollers may watch one socket: the driver may keep its answer from one of them, so Add
// returns EBUSY.
//
// An interest in nothing is EINVAL. On epoll such a descriptor would still report that
// its peer has gone, on kqueue it would say nothing, and a program that relies on either
// works on one system only. Whoever does not want to hear of a descriptor removes it.
//
// Wait fills events, which must not be empty, and returns how many it filled. A negative
// timeout waits for ever, zero only looks. It returns 0 when the time is up, when Wake
// was called, when a signal arrived, and after a million seconds, because macOS refuses
// to wait much longer: the caller looks at its own state and its own clock, and waits
// again.
//
// Wake makes one Wait return: the one that sleeps now or else the next one. Any number
// of wakes before that Wait count as one, and none is lost. What somebody wanted to say
// must therefore stand where the loop will find it before Wake is called. A Wake that
// returns an error has woken nobody, and the next one tries again. Wake is the only method
// that another goroutine may call, and it may not be called after Close.
package poller

import "time"

// longest is for how long a Wait sleeps at most, unless it waits for ever. Go's own
// netpoll_kqueue.go stops there too.
const longest = 1e6 * time.Second

// Interest says which readiness of a descriptor to wait for: Readable, Writable or both.
type Interest uint8

const (
	Readable Interest = 1 << iota
	Writable
)

// An Event says what a descriptor is ready for.
type Event struct {
	FD          int
	Readable    bool // a read would not block: there is data, or a client to accept
	Writable    bool // a write would not block
	ReadClosed  bool // the peer will send no more: a read gets what it has sent before, then the end
	WriteClosed bool // nothing that we write can arrive any more
	Error       bool // the descriptor has failed, as after a reset; the next call on it says how
}
