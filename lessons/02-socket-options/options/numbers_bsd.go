//go:build dragonfly || netbsd

package options

import "golang.org/x/sys/unix"

// own is what DragonFly and NetBSD have beside every Unix's.
var own = map[string]number{
	"TCP_KEEPIDLE":  {unix.IPPROTO_TCP, unix.TCP_KEEPIDLE},
	"TCP_KEEPINTVL": {unix.IPPROTO_TCP, unix.TCP_KEEPINTVL},
	"TCP_KEEPCNT":   {unix.IPPROTO_TCP, unix.TCP_KEEPCNT},
}
