//go:build !(linux || darwin || dragonfly || freebsd || netbsd || openbsd)

package fast

import "net"

// at knows nothing here, so no connection is used twice.
func (l looking) at() int { return unknown }

func looker(net.Conn) looking { return looking{} }
