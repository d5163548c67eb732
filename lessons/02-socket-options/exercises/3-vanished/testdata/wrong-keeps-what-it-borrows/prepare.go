// check says: each guest costs a descriptor that nobody closes

package vanished

import (
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
	borrowed, err := socket.From(guest)
	if err != nil {
		return err
	}
	return borrowed.SetUserTimeout(within - time.Second)
}
