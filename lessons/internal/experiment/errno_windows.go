package experiment

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// errnoName knows the answers to be expected of a socket. Windows has no list of names.
func errnoName(errno syscall.Errno) string {
	return map[syscall.Errno]string{
		windows.WSAEADDRINUSE:   "WSAEADDRINUSE",
		windows.WSAECONNABORTED: "WSAECONNABORTED",
		windows.WSAECONNREFUSED: "WSAECONNREFUSED",
		windows.WSAECONNRESET:   "WSAECONNRESET",
		windows.WSAENOPROTOOPT:  "WSAENOPROTOOPT",
		windows.WSAETIMEDOUT:    "WSAETIMEDOUT",
		windows.WSAEWOULDBLOCK:  "WSAEWOULDBLOCK",
	}[errno]
}
