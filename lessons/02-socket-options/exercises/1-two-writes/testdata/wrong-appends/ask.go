// check says: without the option, your code writes into bytes that are not its own

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
	_, err := conn.Write(append(head, body...)) // where head has room behind it, append takes that
	return err
}
