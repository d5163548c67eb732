// check says: without the option, the rest of the request waits for an acknowledgement of its beginning

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
	w := bufio.NewWriter(conn) // of 4,096 bytes: what does not fit is a second write
	w.Write(head)
	w.Write(body)
	return w.Flush()
}
