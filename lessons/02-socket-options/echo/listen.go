// Package echo is an echo server whose listener has been set up by hand, in two ways.
//
// Read it in this order: listen.go (a socket made, set, bound and handed over), control.go
// (the same from inside package net), serve.go (the server on either), drain.go
// (the end).
package echo

import (
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"time"

	"onthewire/lessons/02-socket-options/socket"
)

// backlog is how many connections may wait to be accepted.
const backlog = 128

// bufferSize is far too small for a long link; the experiment "buffers" shows why.
const bufferSize = 8192

// writeTimeout is how long a client may refuse to read.
const writeTimeout = 5 * time.Second

// Listen makes a socket, sets it up, and hands it to package net.
func Listen(address netip.AddrPort) (net.Listener, error) {
	address = netip.AddrPortFrom(address.Addr().Unmap(), address.Port())
	family := socket.IPv4
	if address.Addr().Is6() {
		family = socket.IPv6
	}
	s, err := socket.New(family, socket.Stream, 0)
	if err == nil {
		err = prepare(s)
	}
	if err == nil {
		err = s.Bind(address)
	}
	if err == nil {
		err = s.Listen(backlog)
	}
	if err != nil {
		if s != nil { // New gives none when it fails
			s.Close()
		}
		return nil, fmt.Errorf("listen %v: %w", address, err)
	}
	return s.IntoListener()
}

// prepare sets what has to stand before bind and listen. What a listener has, the
// connections that it accepts inherit.
func prepare(s *socket.Socket) error {
	for _, set := range []func() error{
		func() error { return reuseAddr(s) },
		func() error { return s.SetNoDelay(true) },
		func() error { return s.SetKeepAlive(socket.KeepAlive{}) },
		func() error { return s.SetWriteTimeout(writeTimeout) }, // in vain: package net does not block
		func() error { return s.SetReceiveBuffer(bufferSize) },
		func() error { return s.SetSendBuffer(bufferSize) },
	} {
		if err := set(); err != nil {
			return err
		}
	}
	return nil
}

// reuseAddr lets a server come back to its port at once. Windows does that unasked, and
// would take the option for leave to share the port with a stranger.
func reuseAddr(s *socket.Socket) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	return s.SetReuseAddr(true)
}
