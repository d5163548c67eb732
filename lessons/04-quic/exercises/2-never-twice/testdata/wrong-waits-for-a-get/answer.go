// check says: an early get is not answered at once

package nevertwice

import "github.com/quic-go/quic-go"

func answer(conn *quic.Conn, b *board, request string) (string, error) {
	select { // safe for every request there will ever be
	case <-conn.HandshakeComplete():
		return b.do(request), nil
	case <-conn.Context().Done():
		return "", errTooEarly
	}
}
