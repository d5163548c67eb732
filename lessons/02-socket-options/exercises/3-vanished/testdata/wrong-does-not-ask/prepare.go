// check says: nobody asks a silent guest whether anybody is there: SO_KEEPALIVE is off

package vanished

import (
	"errors"
	"net"
	"time"

	"onthewire/lessons/02-socket-options/socket"
)

func prepare(guest *net.TCPConn, within time.Duration) error {
	if err := guest.SetKeepAlive(false); err != nil {
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
