package poller_test

import (
	"testing"

	"golang.org/x/sys/windows"

	"onthewire/lessons/01-event-loop/sock"
)

// Each kind of socket is a pair: what is written to one end is read from the other. A pipe
// is none, and cannot be watched here.
var kinds = []kind{
	{name: "TCP", pair: tcpPair, ends: true, fills: true, duplex: true},
	{name: "UDP", pair: udpPair, duplex: true},
}

func nonblocking(fd int) error { return sock.SetNonblock(fd, true) }

func udpPair(t *testing.T) (reader, writer int) {
	reader, at := bound(t, windows.SOCK_DGRAM)
	writer, _ = bound(t, windows.SOCK_DGRAM)
	must(t, windows.Connect(windows.Handle(writer), at))
	return reader, writer
}

func tcpListener(t *testing.T) int {
	fd, _ := bound(t, windows.SOCK_STREAM)
	must(t, windows.Listen(windows.Handle(fd), 16))
	return fd
}

func tcpConnect(t *testing.T, listener int) int {
	at, err := windows.Getsockname(windows.Handle(listener))
	must(t, err)
	h, err := windows.WSASocket(windows.AF_INET, windows.SOCK_STREAM, 0, nil, 0, windows.WSA_FLAG_OVERLAPPED)
	must(t, err)
	must(t, windows.Connect(h, at))
	owned(t, int(h))
	return int(h)
}

func bound(t *testing.T, kind int32) (fd int, at windows.Sockaddr) {
	h, err := windows.WSASocket(windows.AF_INET, kind, 0, nil, 0, windows.WSA_FLAG_OVERLAPPED)
	must(t, err)
	owned(t, int(h))
	must(t, windows.Bind(h, &windows.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	at, err = windows.Getsockname(h)
	must(t, err)
	return int(h), at
}
