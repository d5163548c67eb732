package options

import "golang.org/x/sys/unix"

// constants are the level and the number of each option (sys/socket.h, netinet/tcp.h,
// netinet/in.h).
var constants = map[string][2]int{
	"TCP_NODELAY":       {unix.IPPROTO_TCP, unix.TCP_NODELAY},
	"SO_RCVBUF":         {unix.SOL_SOCKET, unix.SO_RCVBUF},
	"SO_SNDBUF":         {unix.SOL_SOCKET, unix.SO_SNDBUF},
	"SO_KEEPALIVE":      {unix.SOL_SOCKET, unix.SO_KEEPALIVE},
	"TCP_KEEPIDLE":      {unix.IPPROTO_TCP, unix.TCP_KEEPALIVE}, // under another name
	"TCP_KEEPINTVL":     {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	"TCP_KEEPCNT":       {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	"SO_LINGER":         {unix.SOL_SOCKET, unix.SO_LINGER_SEC}, // SO_LINGER counts clock ticks
	"SO_REUSEADDR":      {unix.SOL_SOCKET, unix.SO_REUSEADDR},
	"SO_REUSEPORT":      {unix.SOL_SOCKET, unix.SO_REUSEPORT},
	"TCP_FASTOPEN":      {unix.IPPROTO_TCP, unix.TCP_FASTOPEN},
	"TCP_NOTSENT_LOWAT": {unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT},
	"SO_RCVTIMEO":       {unix.SOL_SOCKET, unix.SO_RCVTIMEO},
	"SO_SNDTIMEO":       {unix.SOL_SOCKET, unix.SO_SNDTIMEO},
	"IPV6_V6ONLY":       {unix.IPPROTO_IPV6, unix.IPV6_V6ONLY},
	"SO_BROADCAST":      {unix.SOL_SOCKET, unix.SO_BROADCAST},
	"IP_TTL":            {unix.IPPROTO_IP, unix.IP_TTL},
	"IP_TOS":            {unix.IPPROTO_IP, unix.IP_TOS},
}
