// check says: a guest who is there has to leave when a single segment is lost

package vanished

import (
	"errors"
	"net"
	"time"

	"onthewire/lessons/02-socket-options/socket"
)

func prepare(guest *net.TCPConn, within time.Duration) error {
	err := guest.SetKeepAliveConfig(net.KeepAliveConfig{
		Enable:   true,
		Idle:     within / 2,
		Interval: time.Second,
		Count:    int(within / 2 / time.Second),
	})
	if err != nil {
		return err
	}
	raw, err := guest.SyscallConn()
	if err != nil {
		return err
	}
	var setting error
	// Seconds, where the kernel expects milliseconds.
	err = raw.Control(func(fd uintptr) { setting = socket.Ref(fd).SetUserTimeout(within / 1000) })
	return errors.Join(err, setting)
}
