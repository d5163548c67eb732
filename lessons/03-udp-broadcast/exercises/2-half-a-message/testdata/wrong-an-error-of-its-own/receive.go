// check says: a datagram was too long, and errTooLong is not what receive says

package halfamessage

import (
	"fmt"
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1)
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	if n > max {
		return nil, from, fmt.Errorf("too long: %v", errTooLong) // its words, but not itself
	}
	return buf[:n], from, err
}
