// Package vanished is exercise 2.3: a chat that notices who has vanished.
package vanished

import (
	"net"
	"time"

	"onthewire/lessons/internal/exercise"
)

// prepare is called with each guest that the room has accepted. Package net has set by then
// what it always sets. From then on,
//
//   - a guest who vanishes without a word is noticed within that time: Read fails;
//   - also if the room has just said something, and nobody acknowledges it;
//   - a guest who is there may be silent for ever, and may miss a segment.
//
// within is whole seconds, at least two. Where something cannot be set, prepare returns why.
func prepare(guest *net.TCPConn, within time.Duration) error {
	exercise.TODO("let the kernel find out who is no longer there")
	return nil
}
