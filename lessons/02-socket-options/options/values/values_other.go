//go:build !linux

package values

import (
	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket"
)

// readOther reads what only Linux has, or what we read there only.
func readOther(*socket.Socket, options.Option, int, int) (string, error) { return "", errWriteOnly }
