package receive

import (
	"syscall"

	"onthewire/lessons/02-socket-options/socket"
)

// Borrow lets f set and read options of a socket that package net has made.
func Borrow(conn syscall.Conn, f func(*socket.Socket) error) error {
	s, err := socket.From(conn)
	if err != nil {
		return err
	}
	defer s.Close()
	return f(s)
}
