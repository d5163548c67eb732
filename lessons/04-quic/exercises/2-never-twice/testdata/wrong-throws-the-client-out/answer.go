// check says: a put is not answered

package nevertwice

import "github.com/quic-go/quic-go"

func answer(conn *quic.Conn, b *board, request string) (string, error) {
	select {
	case <-conn.HandshakeComplete():
	default:
		if request != "get" {
			conn.CloseWithError(1, "a replay") // or a client in a hurry
			return "", errTooEarly
		}
	}
	return b.do(request), nil
}
