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
	if err := errors.Join(windows.Connect(h, address), sock.SetNonblock(peer, true)); err != nil {
		return -1, peer, err
	}
	server, err = sock.Accept(listeners[0])
	for end := time.Now().Add(exercise.Timeout()); err == syscall.EAGAIN && time.Now().Before(end); server, err = sock.Accept(listeners[0]) {
		time.Sleep(time.Millisecond)
	}
	return server, peer, err
}
