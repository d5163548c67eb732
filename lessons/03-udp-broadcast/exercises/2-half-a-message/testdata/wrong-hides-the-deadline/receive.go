// check says: the deadline is over, and receive says otherwise

package halfamessage

import (
	"errors"
	"net"
	"net/netip"
	"os"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1)
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	switch {
	case n > max:
		return nil, from, errTooLong
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, from, nil // nothing has come
	}
	return buf[:n], from, err
}
