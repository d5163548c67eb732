// check says: nothing can be set on a connection that is closed, and prepare returns no error

package vanished

import (
	"net"
	"time"

	"onthewire/lessons/02-socket-options/socket"
)

func prepare(guest *net.TCPConn, within time.Duration) error {
	guest.SetKeepAliveConfig(net.KeepAliveConfig{Enable: true, Idle: within / 2, Interval: time.Second})
	if raw, err := guest.SyscallConn(); err == nil {
		raw.Control(func(fd uintptr) { socket.Ref(fd).SetUserTimeout(within - time.Second) })
	}
	return nil
}
