// check says: a datagram of 16 bytes fits where 16 are allowed, and is reported as too long

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	data = make([]byte, max)
	n, from, err := conn.ReadFromUDPAddrPort(data)
	if err == nil && n == max { // so there may have been more
		return nil, from, errTooLong
	}
	return data[:n], from, err
}
