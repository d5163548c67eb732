// check says: a datagram of 9000 bytes fits where 9000 are allowed, and is not passed on as it came

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, 1500) // no Ethernet carries more
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	if err == nil && n > max {
		return nil, from, errTooLong
	}
	return buf[:n], from, err
}
