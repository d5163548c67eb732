//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

// Package loop is a server on epoll or kqueue.
package loop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// A Server is none here.
type Server struct{ Body []byte }

// Listen says why.
func Listen(netip.AddrPort) (*Server, error) {
	return nil, fmt.Errorf("this system has neither epoll nor kqueue, which tell who is ready: %w", errors.ErrUnsupported)
}

func (*Server) Addr() net.Addr              { return nil }
func (*Server) Serve(context.Context) error { return errors.ErrUnsupported }
