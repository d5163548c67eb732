package experiment

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// errnoName knows the answers to be expected of a socket. Windows has no list of names,
// and its headers put WSA in front of these.
func errnoName(errno syscall.Errno) string {
	return map[syscall.Errno]string{
		windows.WSAEADDRINUSE:   "EADDRINUSE",
		windows.WSAECONNABORTED: "ECONNABORTED",
		windows.WSAECONNREFUSED: "ECONNREFUSED",
		windows.WSAECONNRESET:   "ECONNRESET",
		windows.WSAENOPROTOOPT:  "ENOPROTOOPT",
		windows.WSAETIMEDOUT:    "ETIMEDOUT",
		windows.WSAEWOULDBLOCK:  "EWOULDBLOCK",
	}[errno]
}
