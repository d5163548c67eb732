package everywhere

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"syscall"

	"onthewire/lessons/internal/errno"
)

// Listeners are where a server listens.
type Listeners struct {
	TLS   net.Listener   // HTTP/1.1 and HTTP/2, over TLS
	QUIC  net.PacketConn // HTTP/3, on UDP's port of the same number
	Clear net.Listener   // HTTP/1.1 and HTTP/2, in the clear
}

// Listen listens on HOST:PORT by TCP and by UDP, and on another one in the clear. Where a port
// is 0, it takes a free one.
func Listen(ctx context.Context, addr, clear string) (on Listeners, err error) {
	if on.TLS, on.QUIC, err = both(ctx, addr); err != nil {
		return Listeners{}, err
	}
	var config net.ListenConfig
	if on.Clear, err = config.Listen(ctx, "tcp", clear); err != nil {
		on.Close()
		return Listeners{}, err
	}
	return on, nil
}

// attempts is how many free ports of TCP's are tried, until one of them is free for UDP too.
const attempts = 20

// both takes one number of TCP's ports and of UDP's. Alt-Svc could name any other, but a
// firewall is opened for a number, and who races both has only one.
func both(ctx context.Context, addr string) (net.Listener, net.PacketConn, error) {
	var config net.ListenConfig
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, nil, fmt.Errorf("listen: %w", err)
	}
	for attempt := 1; ; attempt++ {
		tcp, err := config.Listen(ctx, "tcp", addr)
		if err != nil {
			return nil, nil, err
		}
		number := strconv.Itoa(tcp.Addr().(*net.TCPAddr).Port)
		udp, err := config.ListenPacket(ctx, "udp", net.JoinHostPort(host, number))
		if err == nil {
			return tcp, udp, nil
		}
		tcp.Close()
		if port != "0" || !errno.Is(err, syscall.EADDRINUSE) || attempt == attempts {
			return nil, nil, err
		}
	}
}

// Close closes all of them.
func (on Listeners) Close() error {
	var errs []error
	if on.TLS != nil {
		errs = append(errs, on.TLS.Close())
	}
	if on.QUIC != nil {
		errs = append(errs, on.QUIC.Close())
	}
	if on.Clear != nil {
		errs = append(errs, on.Clear.Close())
	}
	return errors.Join(errs...)
}
