package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	buf := make([]byte, max+1) // one more than may come, so a full one says it all
	n, from, err := conn.ReadFromUDPAddrPort(buf)
	switch {
	case n > max: // before err: Windows fills the buffer, and returns an error as well
		return nil, from, errTooLong
	case err != nil:
		return nil, from, err
	}
	return buf[:n], from, nil
}
