package options

import (
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
)

// constants are the level and the number of each option (asm-generic/socket.h,
// linux/tcp.h, linux/in.h).
var constants = map[string][2]int{
	"TCP_NODELAY":          {unix.IPPROTO_TCP, unix.TCP_NODELAY},
	"TCP_QUICKACK":         {unix.IPPROTO_TCP, unix.TCP_QUICKACK},
	"SO_RCVBUF":            {unix.SOL_SOCKET, unix.SO_RCVBUF},
	"SO_SNDBUF":            {unix.SOL_SOCKET, unix.SO_SNDBUF},
	"SO_KEEPALIVE":         {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
	"TCP_KEEPIDLE":         {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
	"TCP_KEEPINTVL":        {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	"TCP_KEEPCNT":          {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	"TCP_USER_TIMEOUT":     {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT},
	"SO_LINGER":            {unix.SOL_SOCKET, unix.SO_LINGER},
	"SO_REUSEADDR":         {unix.SOL_SOCKET, unix.SO_REUSEADDR},
	"SO_REUSEPORT":         {unix.SOL_SOCKET, unix.SO_REUSEPORT},
	"TCP_DEFER_ACCEPT":     {unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT},
	"TCP_FASTOPEN":         {unix.IPPROTO_TCP, unix.TCP_FASTOPEN},
	"SO_RCVTIMEO":          {unix.SOL_SOCKET, unix.SO_RCVTIMEO},
	"SO_SNDTIMEO":          {unix.SOL_SOCKET, unix.SO_SNDTIMEO},
	"IPV6_V6ONLY":          {unix.IPPROTO_IPV6, unix.IPV6_V6ONLY},
	"SO_PROTOCOL":          {unix.SOL_SOCKET, unix.SO_PROTOCOL},
	"TCP_CONGESTION":       {unix.IPPROTO_TCP, unix.TCP_CONGESTION},
	"TCP_NOTSENT_LOWAT":    {unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT},
	"TCP_FASTOPEN_CONNECT": {unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT},
	"TCP_INFO":             {unix.IPPROTO_TCP, unix.TCP_INFO},
	"SO_ZEROCOPY":          {unix.SOL_SOCKET, unix.SO_ZEROCOPY},
	"SO_RXQ_OVFL":          {unix.SOL_SOCKET, unix.SO_RXQ_OVFL},
	"SO_BROADCAST":         {unix.SOL_SOCKET, unix.SO_BROADCAST},
	"IP_TTL":               {unix.IPPROTO_IP, unix.IP_TTL},
	"IP_TOS":               {unix.IPPROTO_IP, unix.IP_TOS},
	"SO_ATTACH_FILTER":     {unix.SOL_SOCKET, unix.SO_ATTACH_FILTER},
}

func readOther(s *socket.Socket, option Option, level, number int) (string, error) {
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
