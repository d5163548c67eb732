// check says: a datagram of 17 bytes is passed on, where 16 are allowed

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, 2048) // who would send more?
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	return buf[:n], from, err
}
