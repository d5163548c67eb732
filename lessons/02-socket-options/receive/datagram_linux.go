package receive

import (
	"context"
	"encoding/binary"
	"net"

	"golang.org/x/sys/unix"
)

// Datagram waits for one on a socket of package net.
func Datagram(ctx context.Context, conn *net.UDPConn) (m Message, err error) {
	stop, err := interrupt(ctx, conn)
	if err != nil {
		return m, err
	}
	defer stop()
	packet, control := make([]byte, 2048), make([]byte, 256)
	n, controls, _, _, err := conn.ReadMsgUDPAddrPort(packet, control)
	if ctx.Err() != nil {
		return m, ctx.Err()
	}
	return Message{Bytes: packet[:n], Length: n, Control: control[:controls]}, err
}

// Value finds a number among the control messages. Not every datagram carries one: an
// option has asked for it, and there must be something to say.
func (m Message) Value(level, kind int32) (value int, found bool) {
	data := m.Find(level, kind)
	switch {
	case len(data) >= 4:
		return int(binary.NativeEndian.Uint32(data)), true
	case len(data) >= 1:
		return int(data[0]), true // IP_TOS is one byte only
	}
	return 0, false
}

// Find finds a control message.
func (m Message) Find(level, kind int32) []byte {
	all, err := unix.ParseSocketControlMessage(m.Control)
	if err != nil {
		return nil
	}
	for _, one := range all {
		if one.Header.Level == level && one.Header.Type == kind {
			return one.Data
		}
	}
	return nil
}
