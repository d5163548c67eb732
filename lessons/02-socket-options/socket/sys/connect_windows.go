package sys

import (
	"net/netip"
	"time"

	"golang.org/x/sys/windows"
)

const soType = 0x1008 // SO_TYPE (winsock2.h)

// ConnectTimeout starts a connect, waits for its end, and cancels it when its time is over.
// So it does not touch whether the socket blocks, which Windows would not tell.
func ConnectTimeout(fd Handle, addr netip.AddrPort, timeout time.Duration) error {
	if kind, err := GetInt(fd, SOL_SOCKET, soType); err != nil || kind != SOCK_STREAM {
		return Connect(fd, addr) // it waits for nobody
	}
	to, err := sockaddr(addr)
	if err != nil {
		return err
	}
	any := netip.IPv4Unspecified()
	if addr.Addr().Is6() {
		any = netip.IPv6Unspecified()
	}
	// ConnectEx wants a socket that has an address. EINVAL: it has one.
	if err := Bind(fd, netip.AddrPortFrom(any, 0)); err != nil && err != windows.WSAEINVAL {
		return err
	}
	ended, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(ended)
	// On a borrowed socket package net's completion port would hear of the end. The lowest
	// bit keeps it out of that (GetQueuedCompletionStatus).
	connect := &windows.Overlapped{HEvent: ended | 1}
	err = windows.ConnectEx(fd, to, nil, 0, nil, connect)
	if err == windows.ERROR_IO_PENDING {
		err = connected(fd, connect, ended, timeout)
	}
	if err != nil {
		return err
	}
	return windows.Setsockopt(fd, windows.SOL_SOCKET, windows.SO_UPDATE_CONNECT_CONTEXT, nil, 0)
}

// connected waits for the end of a ConnectEx. One that was cancelled has an end too, and
// until then the kernel may write to what describes it.
func connected(fd Handle, connect *windows.Overlapped, ended windows.Handle, timeout time.Duration) error {
	ms, err := Whole(timeout, time.Millisecond)
	if err != nil {
		ms = windows.INFINITE
	}
	event, err := windows.WaitForSingleObject(ended, uint32(ms))
	if event == uint32(windows.WAIT_TIMEOUT) {
		windows.CancelIoEx(fd, connect)
	}
	var n, flags uint32
	result := windows.WSAGetOverlappedResult(fd, connect, &n, true, &flags)
	switch {
	case err != nil:
		return err
	case result == windows.ERROR_OPERATION_ABORTED:
		return windows.WSAETIMEDOUT
	}
	return result
}
