// Package server has experiments with socket options: those about listeners.
package server

import (
	"context"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// listen is net.Listen for plain TCP, with options that need no more than an int, set
// before the socket has its address.
func listen(ctx context.Context, network, address string, options ...option) (net.Listener, error) {
	config := net.ListenConfig{Control: control(options)}
	config.SetMultipathTCP(false) // Go's default, MPTCP, refuses some options
	return config.Listen(ctx, network, address)
}

// An option is one of those for setsockopt, and its value.
type option struct {
	name          string
	level, number int
	value         int
}

// control is what ListenConfig and Dialer call between socket and bind or connect.
func control(options []option) func(network, address string, c syscall.RawConn) error {
	return func(_, _ string, c syscall.RawConn) (err error) {
		controlling := c.Control(func(fd uintptr) {
			for _, o := range options {
				if err = unix.SetsockoptInt(int(fd), o.level, o.number, o.value); err != nil {
					err = os.NewSyscallError("setsockopt "+o.name, err)
					return
				}
			}
		})
		if controlling != nil {
			return controlling
		}
		return err
	}
}

// untilDone closes something as soon as the context ends, so that whoever waits for it
// wakes up. The function that it returns ends the watch.
func untilDone(ctx context.Context, c interface{ Close() error }) (stop func() bool) {
	return context.AfterFunc(ctx, func() { c.Close() })
}

// sysctl changes a setting of the network in which the calling thread is.
func sysctl(name, value string) error {
	return os.WriteFile("/proc/sys/"+name, []byte(value), 0)
}
