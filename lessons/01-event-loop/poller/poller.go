// Package poller tells which of many descriptors are ready, and sleeps until one is.
//
// Each system has its own way: epoll on Linux, kqueue on macOS and the BSDs. The file
// for it defines, in this order,
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
// else. Any descriptor that can wait will do: a socket, a pipe, a terminal.
//
// Readiness is level-triggered. An event means "this would not block now", and it comes
// again with every Wait for as long as that stays true. An event is also a hint, for by
// the time we act on it somebody may have been faster, so descriptors must be
// non-blocking. A descriptor may appear twice in one batch, once for each direction.
//
// Closing a descriptor also removes it. Nothing may be closed while a batch of events is
// in hand: the next socket would get the same number, and with it the events that are
// still waiting for the old one.
//
// An interest in nothing is EINVAL. On epoll such a descriptor would still report that
// its peer has gone, on kqueue it would say nothing, and a program that relies on either
// works on one system only. Whoever does not want to hear of a descriptor removes it.
//
// Wait fills events, which must not be empty, and returns how many it filled. A negative
// timeout waits for ever, zero only looks. It returns 0 when the time is up, when Wake
// was called, and when a signal arrived: the caller looks at its own state and its own
// clock, and waits again.
//
// Wake makes one Wait return: the one that sleeps now or else the next one. Any number
// of wakes before that Wait count as one, and none is lost. What somebody wanted to say
// must therefore stand where the loop will find it before Wake is called. Wake is the
// only method that another goroutine may call, and it may not be called after Close.
package poller

// Interest says which readiness of a descriptor to wait for: Readable, Writable or both.
type Interest uint8

const (
	Readable Interest = 1 << iota
	Writable
)

// An Event says what a descriptor is ready for.
type Event struct {
	FD          int
	Readable    bool // a read would not block: there is data, the end, an error, or a client to accept
	Writable    bool // a write would not block
	ReadClosed  bool // the peer will send no more; what it has sent before can still be read
	WriteClosed bool // nothing that we write can arrive any more
	Error       bool // the descriptor has failed, as after a reset; the next call on it says how
}
