// check says: the bytes of a message change when the next one comes

package halfamessage

import (
	"net"
	"net/netip"
)

var buf []byte // made once

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	if len(buf) <= max {
		buf = make([]byte, max+1)
	}
	n, from, err := conn.ReadFromUDPAddrPort(buf[:max+1])
	if n > max {
		return nil, from, errTooLong
	}
	return buf[:n], from, err
}
