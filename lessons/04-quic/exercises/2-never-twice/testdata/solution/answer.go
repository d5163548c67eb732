package nevertwice

import "github.com/quic-go/quic-go"

func answer(conn *quic.Conn, b *board, request string) (string, error) {
	if request == "get" {
		return b.do(request), nil // a copy of it finds out nothing, since it can't read the answer
	}
	select {
	case <-conn.HandshakeComplete():
		return b.do(request), nil
	default:
		return "", errTooEarly
	}
}
