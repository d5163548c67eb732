// check says: without the option, the rest of the request waits for an acknowledgement of its beginning

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
	if _, err := conn.Write(head); err != nil {
		return err
	}
	_, err := conn.Write(body)
	return err
}
