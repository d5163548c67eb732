// check says: half a message is passed on as a whole one

package halfamessage

import (
	"net"
	"net/netip"
)

func receive(conn *net.UDPConn, max int) (data []byte, from netip.AddrPort, err error) {
	data = make([]byte, max)
	n, _, _, from, err := conn.ReadMsgUDPAddrPort(data, nil) // in the flags it says MSG_TRUNC
	return data[:n], from, err
}
