package options

import "golang.org/x/sys/unix"

// own is what FreeBSD has beside every Unix's.
var own = map[string]number{
	"TCP_KEEPIDLE":   {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
	"TCP_KEEPINTVL":  {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	"TCP_KEEPCNT":    {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
	"TCP_FASTOPEN":   {unix.IPPROTO_TCP, unix.TCP_FASTOPEN},
	"SO_PROTOCOL":    {unix.SOL_SOCKET, unix.SO_PROTOCOL},
	"TCP_CONGESTION": {unix.IPPROTO_TCP, unix.TCP_CONGESTION},
	"TCP_INFO":       {unix.IPPROTO_TCP, unix.TCP_INFO},
}
