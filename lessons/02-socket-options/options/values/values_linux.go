package values

import (
	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket"
)

func readOther(s *socket.Socket, option options.Option, level, number int) (string, error) {
	fd := int(s.Descriptor())
	switch option.Type {
	case "text":
		return unix.GetsockoptString(fd, level, number)
	case "info":
		_, err := unix.GetsockoptTCPInfo(fd, level, number)
		return "a struct", err
	}
	return "", errWriteOnly
}
