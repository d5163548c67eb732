package values

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/options"
	"onthewire/lessons/02-socket-options/socket"
)

func readOther(s *socket.Socket, option options.Option, level, number int) (string, error) {
	fd := int(s.Descriptor())
	switch option.Type {
	case "text":
		return unix.GetsockoptString(fd, level, number)
	case "timeval":
		tv, err := unix.GetsockoptTimeval(fd, level, number)
		if err != nil {
			return "", err
		}
		return time.Duration(tv.Nano()).String(), nil
	case "linger":
		l, err := unix.GetsockoptLinger(fd, level, number)
		if err != nil || l.Onoff == 0 {
			return "off", err
		}
		return fmt.Sprintf("%d s", l.Linger), nil
	case "info":
		_, err := unix.GetsockoptTCPInfo(fd, level, number)
		return "a struct", err
	}
	return "", errWriteOnly
}
