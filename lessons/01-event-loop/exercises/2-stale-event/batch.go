//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

// Package staleevent is exercise 1.2: an event names a number, and numbers are reused.
package staleevent

import (
	"onthewire/lessons/01-event-loop/poller"
	"onthewire/lessons/internal/exercise"
)

// handle serves a batch of events, in their order.
//
//   - An event of l.Listener means that clients wait: l.Accept lets them in.
//   - Any other event belongs to the client in l.Conns that has its number, if one has.
//     l.Serve answers that client, and tells whether it is still there.
//   - For a client that is not, l.HangUp closes the descriptor, and takes the client out
//     of l.Conns. The number is free from then on, and the next Accept may get it.
//
// When handle returns, every client that has gone has been hung up, once. No client has
// been served an event that was meant for another.
func (l *loop) handle(batch []poller.Event) {
	exercise.TODO("serve the batch, so that an event of a client that has gone hits nobody")
}
