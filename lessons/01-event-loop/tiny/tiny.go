//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

// Package tiny is an event loop with nothing left to take away. It serves any number of
// clients from one thread, and it trusts every one of them. Package loop does not.
package tiny

import (
	"context"
	"os"

	"golang.org/x/sys/unix"
)

// Serve echoes what the clients of a listening socket send, and closes the socket in the
// end. It looks at ctx after each event. While it sleeps it cannot.
func Serve(ctx context.Context, listener int) error {
	watched := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
	defer func() {
		for _, w := range watched {
			unix.Close(int(w.Fd))
		}
	}()

	buf := make([]byte, 64<<10)
	for ctx.Err() == nil {
		_, err := unix.Poll(watched, -1) // -1: for ever
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return os.NewSyscallError("poll", err)
		}

		for i := len(watched) - 1; i > 0; i-- { // backwards, for we may remove one
			if watched[i].Revents == 0 {
				continue
			}
			client := int(watched[i].Fd)
			n, err := unix.Read(client, buf)
			if err != nil {
				return os.NewSyscallError("read", err)
			}
			if n == 0 { // the client has hung up
				unix.Close(client)
				watched = append(watched[:i], watched[i+1:]...)
				continue
			}
			if _, err := unix.Write(client, buf[:n]); err != nil {
				return os.NewSyscallError("write", err)
			}
		}

		if watched[0].Revents != 0 {
			client, _, err := unix.Accept(listener)
			if err != nil {
				return os.NewSyscallError("accept", err)
			}
			unix.SetNonblock(client, false) // on Linux it is so already
			watched = append(watched, unix.PollFd{Fd: int32(client), Events: unix.POLLIN})
		}
	}
	return nil
}
