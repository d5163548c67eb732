// check says: a guest who is there and says nothing has to leave

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
	if err := guest.SetReadDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	raw, err := guest.SyscallConn()
	if err != nil {
		return err
	}
	var setting error
	err = raw.Control(func(fd uintptr) { setting = socket.Ref(fd).SetUserTimeout(within - time.Second) })
	return errors.Join(err, setting)
}
