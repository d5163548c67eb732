// check says: without the option, the server waits for the rest of the request

package twowrites

import (
	"bufio"
	"net"
)

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
	w := bufio.NewWriter(conn)
	w.Write(head)
	_, err := w.Write(body)
	return err
}
