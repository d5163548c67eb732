// check says: with the option, the request is sent and TCP_NODELAY is still off

package twowrites

import "net"

func withOption(conn *net.TCPConn, head, body []byte) error {
	return withoutOption(conn, head, body)
}

func withoutOption(conn *net.TCPConn, head, body []byte) error {
	message := net.Buffers{head, body}
	_, err := message.WriteTo(conn)
	return err
}
