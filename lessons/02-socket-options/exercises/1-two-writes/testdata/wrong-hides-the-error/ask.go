// check says: without the option, nothing can be sent any more, and no error is returned

package twowrites

import "net"

func withOption(conn *net.TCPConn, head, body []byte) error {
	if err := conn.SetNoDelay(true); err != nil {
		return err
	}
	if _, err := conn.Write(head); err != nil {
		return err
	}
	_, err := conn.Write(body)
	return err
}

func withoutOption(conn *net.TCPConn, head, body []byte) error {
	message := net.Buffers{head, body}
	message.WriteTo(conn)
	return nil
}
