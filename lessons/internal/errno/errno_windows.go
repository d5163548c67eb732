package errno

import (
	"syscall"

	"golang.org/x/sys/windows"
)

var winsock = map[syscall.Errno]syscall.Errno{ // winsock2.h
	syscall.EACCES:        windows.WSAEACCES,
	syscall.EADDRINUSE:    windows.WSAEADDRINUSE,
	syscall.EADDRNOTAVAIL: windows.WSAEADDRNOTAVAIL,
	syscall.EAGAIN:        windows.WSAEWOULDBLOCK,
	syscall.EBADF:         windows.WSAEBADF,
	syscall.ECONNABORTED:  windows.WSAECONNABORTED,
	syscall.ECONNREFUSED:  windows.WSAECONNREFUSED,
	syscall.ECONNRESET:    windows.WSAECONNRESET,
	syscall.EINVAL:        windows.WSAEINVAL,
	syscall.EMFILE:        windows.WSAEMFILE,
	syscall.ENETUNREACH:   windows.WSAENETUNREACH,
	syscall.ENOTCONN:      windows.WSAENOTCONN,
	syscall.ENOTSOCK:      windows.WSAENOTSOCK,
	syscall.ETIMEDOUT:     windows.WSAETIMEDOUT,
}

func native(code syscall.Errno) syscall.Errno {
	if own, differs := winsock[code]; differs {
		return own
	}
	return code
}
