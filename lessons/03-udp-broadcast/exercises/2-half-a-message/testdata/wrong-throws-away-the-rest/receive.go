// check says: the datagram behind one that was too long is lost

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1)
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	if n > max {
		conn.ReadFromUDPAddrPort(buf) // throw away the rest
		return nil, from, errTooLong
	}
	return buf[:n], from, err
}
