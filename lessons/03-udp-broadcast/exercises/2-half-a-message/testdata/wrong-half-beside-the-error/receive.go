// check says: half a message is passed on beside the error

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1)
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	if n > max {
		return buf[:max], from, errTooLong
	}
	return buf[:n], from, err
}
