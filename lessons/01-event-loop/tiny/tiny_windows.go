package tiny

import (
	"context"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"

	"onthewire/lessons/01-event-loop/sock"
)

// A pollFD is WSAPOLLFD. Package windows has neither it nor the call.
type pollFD struct {
	fd              uintptr
	events, revents int16
}

const pollIn = 0x300 // POLLIN, winsock2.h

var wsaPoll = windows.NewLazySystemDLL("ws2_32.dll").NewProc("WSAPoll")

// Serve is what tiny.go has, line by line, with Winsock's names.
func Serve(ctx context.Context, listener int) error {
	watched := []pollFD{{fd: uintptr(listener), events: pollIn}}
	defer func() {
		for _, w := range watched {
			sock.Close(int(w.fd))
		}
	}()

	buf := make([]byte, 64<<10)
	for ctx.Err() == nil {
		const forever = ^uintptr(0) // -1
		n, _, err := wsaPoll.Call(uintptr(unsafe.Pointer(&watched[0])), uintptr(len(watched)), forever)
		if int32(n) < 0 {
			return os.NewSyscallError("wsapoll", err)
		}

		for i := len(watched) - 1; i > 0; i-- { // backwards, for we may remove one
			if watched[i].revents == 0 {
				continue
			}
			client := int(watched[i].fd)
			n, err := sock.Read(client, buf)
			if err != nil {
				return os.NewSyscallError("read", err)
			}
			if n == 0 { // the client has hung up
				sock.Close(client)
				watched = append(watched[:i], watched[i+1:]...)
				continue
			}
			if _, err := sock.Write(client, buf[:n]); err != nil {
				return os.NewSyscallError("write", err)
			}
		}

		if watched[0].revents != 0 {
			client, err := sock.Accept(listener)
			if err != nil {
				return os.NewSyscallError("accept", err)
			}
			sock.SetNonblock(client, false)
			watched = append(watched, pollFD{fd: uintptr(client), events: pollIn})
		}
	}
	return nil
}
