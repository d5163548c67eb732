// check says: a datagram of 17 bytes is dropped without a word

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buf)
		if err != nil {
			return nil, from, err
		}
		if n <= max {
			return buf[:n], from, nil
		}
	}
}
