// Package nevertwice is exercise 4.2: get may come early, put may not.
package nevertwice

import (
	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/exercise"
)

// answer does one request of a client, and returns the answer. It is called as soon as the
// request has arrived, which may be before the handshake of conn is over.
//
//   - A get is answered at once, so that a client with a ticket waits for one round trip.
//   - An early put may be a copy, sent by somebody who only has a recording. It must not touch
//     the board before the client has proved that it is there. Until then wait for that, or
//     return errTooEarly: a real client says it again, on the same connection.
//   - Some prove it never. Nobody is waited for whose connection is over.
func answer(conn *quic.Conn, b *board, request string) (string, error) {
	exercise.TODO("ask whether this may be a copy, and whether that matters")
	return b.do(request), nil
}
