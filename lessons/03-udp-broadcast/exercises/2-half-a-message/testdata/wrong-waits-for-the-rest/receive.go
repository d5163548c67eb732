// check says: a datagram of 16 bytes arrives, and receive goes on waiting

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		data = append(data, buf[:n]...)
		if err != nil || n < max { // a full buffer has a rest, as with TCP
			return data, from, err
		}
	}
}
