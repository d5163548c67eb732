// check says: a copy of an early put is done

package nevertwice

import "github.com/quic-go/quic-go"

func answer(conn *quic.Conn, b *board, request string) (string, error) {
	if request != "get" {
		select {
		case <-conn.HandshakeComplete():
		case <-conn.Context().Done(): // and then?
		}
	}
	return b.do(request), nil
}
