// check says: receive does not say who has sent a datagram

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1)
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	if n > max {
		return nil, netip.AddrPort{}, errTooLong
	}
	return buf[:n], from, err
}
