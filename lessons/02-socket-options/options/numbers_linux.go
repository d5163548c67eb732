package options

import "golang.org/x/sys/unix"

// own is what Linux has beside every Unix's (asm-generic/socket.h, linux/tcp.h).
var own = map[string]number{
	"TCP_QUICKACK":         {unix.IPPROTO_TCP, unix.TCP_QUICKACK},
	"TCP_KEEPIDLE":         {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
	"TCP_KEEPINTVL":        {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	"TCP_KEEPCNT":          {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	"TCP_USER_TIMEOUT":     {unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT},
	"TCP_DEFER_ACCEPT":     {unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT},
	"TCP_FASTOPEN":         {unix.IPPROTO_TCP, unix.TCP_FASTOPEN},
	"TCP_FASTOPEN_CONNECT": {unix.IPPROTO_TCP, unix.TCP_FASTOPEN_CONNECT},
	"SO_PROTOCOL":          {unix.SOL_SOCKET, unix.SO_PROTOCOL},
	"TCP_CONGESTION":       {unix.IPPROTO_TCP, unix.TCP_CONGESTION},
	"TCP_NOTSENT_LOWAT":    {unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT},
	"TCP_INFO":             {unix.IPPROTO_TCP, unix.TCP_INFO},
	"SO_ZEROCOPY":          {unix.SOL_SOCKET, unix.SO_ZEROCOPY},
	"SO_RXQ_OVFL":          {unix.SOL_SOCKET, unix.SO_RXQ_OVFL},
	"SO_ATTACH_FILTER":     {unix.SOL_SOCKET, unix.SO_ATTACH_FILTER},
}
