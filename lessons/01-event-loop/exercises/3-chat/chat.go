//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

// Package chat is exercise 1.3: what one client says in a line, all others hear.
package chat

import "onthewire/lessons/internal/exercise"

// hear is called with what a client has just sent. That may be half a line, or three and a
// half. Every line that is whole now, its newline with it, goes to everybody else in
// r.Members.
//
//   - from.Line is yours: it keeps the half line until the rest of it comes. Copy what you
//     keep, for said belongs to the next read. A client whose line has no end after maxLine
//     bytes has to leave.
//   - m.Pending is what m is still to be sent. Append to it, and r.Flush offers it to the
//     kernel, now and whenever the kernel has room again. A client that lets more than
//     maxPending bytes pile up does not read, and has to leave.
//   - r.Leave ends a client's connection. It is safe here, inside a loop over r.Members.
func (r *Room) hear(from *Member, said []byte) {
	exercise.TODO("send every whole line to everybody else, and keep the rest")
}
