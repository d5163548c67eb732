// check says: a silent guest who has vanished is noticed too late

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
		Idle:     within - within/5,
		Interval: within / 20 * 3, // a second and a half is two
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
	err = raw.Control(func(fd uintptr) { setting = socket.Ref(fd).SetUserTimeout(within - time.Second) })
	return errors.Join(err, setting)
}
