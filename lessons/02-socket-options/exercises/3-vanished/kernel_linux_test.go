package vanished

import (
	"errors"
	"fmt"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/leak"
)

const (
	// The clock of TCP_USER_TIMEOUT starts when the kernel begins to repeat the bytes.
	firstRepeat = 400 * time.Millisecond
	// Below that a single segment that is lost would end it.
	oneLoss = 500 * time.Millisecond
)

// theKernelWillNotice has a guest prepared, reads back what the kernel makes of it, and
// works out when it would notice. So a wrong answer need not be waited for.
func theKernelWillNotice(within time.Duration) error {
	guest, err := alone()
	if err != nil {
		return err
	}
	defer guest.Close()
	before, _ := leak.Descriptors()
	if err := prepare(guest, within); err != nil {
		return fmt.Errorf("prepare fails: %w", err)
	}
	if after, _ := leak.Descriptors(); after > before {
		return errors.New("each guest costs a descriptor that nobody closes: what is borrowed has to be given back")
	}
	c, err := read(guest)
	if err != nil {
		return err
	}
	if !c.asks {
		return errors.New("nobody asks a silent guest whether anybody is there: SO_KEEPALIVE is off")
	}
	if c.timeout == 0 {
		return errors.New("while the room has something to say to a guest, keep-alive does not ask, and TCP_USER_TIMEOUT is not set: the kernel repeats itself for a quarter of an hour")
	}
	if c.timeout < oneLoss {
		return fmt.Errorf("a guest who is there has to leave when a single segment is lost: TCP_USER_TIMEOUT is %v, and the first repetition comes after 200ms", c.timeout)
	}
	if at := firstRepeat + c.timeout; at > within {
		return fmt.Errorf("a guest to whom the room has something to say is noticed too late: after %v instead of %v, for the clock of TCP_USER_TIMEOUT (%v) starts when the kernel begins to repeat, after some %v",
			at, within, c.timeout, firstRepeat)
	}
	if at := c.noticed(); at > within {
		return fmt.Errorf("a silent guest who has vanished is noticed too late: after %v instead of %v: the first question after %v, and then one every %v, %d in all",
			at, within, c.idle, c.interval, c.count)
	}
	guest.Close()
	if prepare(guest, within) == nil {
		return errors.New("nothing can be set on a connection that is closed, and prepare returns no error")
	}
	return nil
}

// clocks are what a socket has been set to.
type clocks struct {
	asks           bool
	idle, interval time.Duration
	count          int
	timeout        time.Duration
}

func read(conn *net.TCPConn) (c clocks, err error) {
	s, err := socket.From(conn)
	if err != nil {
		return c, err
	}
	defer s.Close()
	get := func(name string, level, option int) int {
		value, failed := s.Get(name, level, option)
		err = errors.Join(err, failed)
		return value
	}
	c.asks = get("SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE) != 0
	c.idle = time.Duration(get("TCP_KEEPIDLE", unix.IPPROTO_TCP, unix.TCP_KEEPIDLE)) * time.Second
	c.interval = time.Duration(get("TCP_KEEPINTVL", unix.IPPROTO_TCP, unix.TCP_KEEPINTVL)) * time.Second
	c.count = get("TCP_KEEPCNT", unix.IPPROTO_TCP, unix.TCP_KEEPCNT)
	c.timeout = time.Duration(get("TCP_USER_TIMEOUT", unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT)) * time.Millisecond
	return c, err
}

// noticed is when a silent peer is given up: an interval after one question or another.
// TCP_USER_TIMEOUT decides which (tcp(7)), and without it TCP_KEEPCNT would.
func (c clocks) noticed() time.Duration {
	at := c.idle + c.interval
	for at < c.timeout {
		at += c.interval
	}
	return at
}

// alone is a guest without a peer. For options it is as good as any, and it needs no
// loopback, which a namespace that the tests have entered for the lab does not have.
func alone() (*net.TCPConn, error) {
	s, err := socket.New(socket.IPv4, socket.Stream, 0)
	if err != nil {
		return nil, err
	}
	conn, err := s.IntoConn()
	if err != nil {
		return nil, err
	}
	return conn.(*net.TCPConn), nil
}
