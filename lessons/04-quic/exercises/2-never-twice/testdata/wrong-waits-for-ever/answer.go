// check says: answer still waits for a client whose connection is over

package nevertwice

import "github.com/quic-go/quic-go"

func answer(conn *quic.Conn, b *board, request string) (string, error) {
	if request != "get" {
		<-conn.HandshakeComplete()
	}
	return b.do(request), nil
}
