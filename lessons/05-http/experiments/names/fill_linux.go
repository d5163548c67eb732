package names

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"onthewire/lessons/internal/experiment"
)

// fill makes a listener that drops every SYN from now on: its queue has room for one connection,
// which is made here, and nobody accepts it (listen(2), and sk_acceptq_is_full in the kernel).
func fill(listener *net.TCPListener) (first net.Conn, err error) {
	err = experiment.Control(listener, func(fd int) error {
		return os.NewSyscallError("listen", syscall.Listen(fd, 0))
	})
	if err != nil {
		return nil, err
	}
	if first, err = net.Dial("tcp", listener.Addr().String()); err != nil {
		return nil, fmt.Errorf("fill the queue: %w", err)
	}
	return first, nil
}
