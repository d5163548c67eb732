package echo

import (
	"context"
	"net"
	"syscall"

	"onthewire/lessons/02-socket-options/socket"
)

// ListenControl lets package net make the socket, and sets it up in between: Control is
// called once there is a socket, and before it is bound. Package net has set its own
// options by then, so what we set stays. Its backlog it does not let us choose.
func ListenControl(ctx context.Context, address string) (net.Listener, error) {
	config := net.ListenConfig{Control: control}
	config.SetMultipathTCP(false) // options that TCP has, an MPTCP listener may refuse
	return config.Listen(ctx, "tcp", address)
}

// DialControl does the same for a connection. Control is called before connect, in time
// for the buffers, whose size the handshake tells the peer.
func DialControl(ctx context.Context, address string) (net.Conn, error) {
	dialer := net.Dialer{Control: control}
	return dialer.DialContext(ctx, "tcp", address)
}

func control(_, _ string, c syscall.RawConn) (err error) {
	if controlling := c.Control(func(fd uintptr) { err = prepare(socket.Ref(fd)) }); controlling != nil {
		return controlling
	}
	return err
}

// Delay turns Nagle's algorithm back on. This is the third way: SyscallConn reaches the
// socket of a connection that is open already.
func Delay(conn syscall.Conn) (err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	if controlling := raw.Control(func(fd uintptr) { err = socket.Ref(fd).SetNoDelay(false) }); controlling != nil {
		return controlling
	}
	return err
}
