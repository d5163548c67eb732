//go:build !linux

package options

import "onthewire/lessons/02-socket-options/socket"

// readOther reads what is no int, which we do on Linux only.
func readOther(*socket.Socket, Option, int, int) (string, error) { return "", errWriteOnly }
