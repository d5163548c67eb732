package options

import "golang.org/x/sys/windows"

// numbers are what Windows has (ws2def.h, ws2ipdef.h).
var numbers = map[string]number{
	"TCP_NODELAY":   {windows.IPPROTO_TCP, windows.TCP_NODELAY},
	"SO_RCVBUF":     {windows.SOL_SOCKET, windows.SO_RCVBUF},
	"SO_SNDBUF":     {windows.SOL_SOCKET, windows.SO_SNDBUF},
	"SO_KEEPALIVE":  {windows.SOL_SOCKET, windows.SO_KEEPALIVE},
	"TCP_KEEPIDLE":  {windows.IPPROTO_TCP, windows.TCP_KEEPIDLE},
	"TCP_KEEPINTVL": {windows.IPPROTO_TCP, windows.TCP_KEEPINTVL},
	"TCP_KEEPCNT":   {windows.IPPROTO_TCP, windows.TCP_KEEPCNT},
	"SO_LINGER":     {windows.SOL_SOCKET, windows.SO_LINGER},
	"SO_REUSEADDR":  {windows.SOL_SOCKET, windows.SO_REUSEADDR},
	"TCP_FASTOPEN":  {windows.IPPROTO_TCP, windows.TCP_FASTOPEN},
	"SO_RCVTIMEO":   {windows.SOL_SOCKET, windows.SO_RCVTIMEO},
	"SO_SNDTIMEO":   {windows.SOL_SOCKET, windows.SO_SNDTIMEO},
	"IPV6_V6ONLY":   {windows.IPPROTO_IPV6, windows.IPV6_V6ONLY},
	"SO_BROADCAST":  {windows.SOL_SOCKET, windows.SO_BROADCAST},
	"IP_TTL":        {windows.IPPROTO_IP, windows.IP_TTL},
	"IP_TOS":        {windows.IPPROTO_IP, windows.IP_TOS},
}
