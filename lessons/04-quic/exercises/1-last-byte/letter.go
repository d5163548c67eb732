// Package lastbyte is exercise 4.1: the last byte before the close arrives.
package lastbyte

import (
	"io"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/exercise"
)

// send sends a letter on a stream that has just been opened, and ends the connection. Its
// program ends as soon as it returns.
//
//   - nil means that receive has the whole letter, whatever was lost on the way, and however
//     long it took the receiver to read.
//   - If the receiver has failed, or is gone, send says so.
//   - Nobody is left with a connection that is of no use any more.
func send(conn *quic.Conn, stream *quic.Stream, letter []byte) error {
	exercise.TODO("find out that the letter has been read, and only then close")
	if _, err := stream.Write(letter); err != nil {
		return err
	}
	stream.Close()
	return conn.CloseWithError(0, "")
}

// receive returns the whole letter, or an error. Its program goes on when it has returned.
// You may change it too.
func receive(conn *quic.Conn, stream *quic.Stream) ([]byte, error) {
	return io.ReadAll(stream)
}
