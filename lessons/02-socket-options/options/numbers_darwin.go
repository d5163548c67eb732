package options

import "golang.org/x/sys/unix"

// own is what macOS has beside every Unix's, or otherwise.
var own = map[string]number{
	"TCP_KEEPIDLE":      {unix.IPPROTO_TCP, unix.TCP_KEEPALIVE}, // under another name
	"TCP_KEEPINTVL":     {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	"TCP_KEEPCNT":       {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	"SO_LINGER":         {unix.SOL_SOCKET, unix.SO_LINGER_SEC}, // SO_LINGER counts clock ticks
	"TCP_FASTOPEN":      {unix.IPPROTO_TCP, unix.TCP_FASTOPEN},
	"TCP_NOTSENT_LOWAT": {unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT},
}
