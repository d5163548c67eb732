// check says: a datagram of 0 bytes arrives, and is taken for an error: EOF

package halfamessage

import (
	"io"
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1)
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	switch {
	case n > max:
		return nil, from, errTooLong
	case err == nil && n == 0: // as with TCP
		return nil, from, io.EOF
	}
	return buf[:n], from, err
}
