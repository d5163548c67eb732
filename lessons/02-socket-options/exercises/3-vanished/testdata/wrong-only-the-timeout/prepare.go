// check says: a silent guest who has vanished is noticed too late

package vanished

import (
	"errors"
	"net"
	"time"

	"onthewire/lessons/02-socket-options/socket"
)

func prepare(guest *net.TCPConn, within time.Duration) error {
	raw, err := guest.SyscallConn()
	if err != nil {
		return err
	}
	var setting error
	err = raw.Control(func(fd uintptr) { setting = socket.Ref(fd).SetUserTimeout(within - time.Second) })
	return errors.Join(err, setting)
}
