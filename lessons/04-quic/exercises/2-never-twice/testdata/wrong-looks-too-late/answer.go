// check says: a copy of an early put is done

package nevertwice

import "github.com/quic-go/quic-go"

func answer(conn *quic.Conn, b *board, request string) (string, error) {
	word := b.do(request)
	select {
	case <-conn.HandshakeComplete():
		return word, nil
	default:
		if request == "get" {
			return word, nil
		}
		return "", errTooEarly // and the word is on the board
	}
}
