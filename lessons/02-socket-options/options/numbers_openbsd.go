package options

import "golang.org/x/sys/unix"

// own is what OpenBSD has beside every Unix's. Its times of keep-alive are the same for all
// connections (sysctl net.inet.tcp.keepidle).
var own = map[string]number{
	"SO_PROTOCOL": {unix.SOL_SOCKET, unix.SO_PROTOCOL},
	"TCP_INFO":    {unix.IPPROTO_TCP, unix.TCP_INFO},
}
