//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package fast

import "net"

// looking is a connection that cannot be looked at.
type looking struct{}

// at knows nothing here, so no connection is used twice.
func (l looking) at() int { return unknown }

func looker(net.Conn) looking { return looking{} }
