package shortwrite

import (
	"context"
	"errors"
	"syscall"
	"time"

	"golang.org/x/sys/windows"

	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/exercise"
)

// most is how much of one write is offered to the kernel. Here it would take a megabyte or
// nothing (seen under Wine), and nobody would meet a short write.
const most = 64 << 10

// There is no socketpair here.
func pair() (server, peer int, err error) {
	listeners, at, err := sock.Listen(context.Background(), "127.0.0.1:0", 1)
	if err != nil {
		return -1, -1, err
	}
	defer sock.Close(listeners[0])
	address, err := sock.Sockaddr(at)
	if err != nil {
		return -1, -1, err
	}
	h, err := windows.WSASocket(windows.AF_INET, windows.SOCK_STREAM, 0, nil, 0, windows.WSA_FLAG_OVERLAPPED)
	if err != nil {
		return -1, -1, err
	}
	peer = int(h)
	const small = 64 << 10 // or the kernel takes all at once
	if err := errors.Join(windows.SetsockoptInt(h, windows.SOL_SOCKET, windows.SO_RCVBUF, small),
		windows.Connect(h, address), sock.SetNonblock(peer, true)); err != nil {
		return -1, peer, err
	}
	server, err = sock.Accept(listeners[0])
	for end := time.Now().Add(exercise.Timeout()); err == syscall.EAGAIN && time.Now().Before(end); server, err = sock.Accept(listeners[0]) {
		time.Sleep(time.Millisecond)
	}
	if err == nil {
		err = windows.SetsockoptInt(windows.Handle(server), windows.SOL_SOCKET, windows.SO_SNDBUF, small)
	}
	return server, peer, err
}
