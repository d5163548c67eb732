// check says: the letter has been read, and after 5 s the receiver still has the connection

package lastbyte

import (
	"io"

	"github.com/quic-go/quic-go"
)

func send(conn *quic.Conn, stream *quic.Stream, letter []byte) error {
	if _, err := stream.Write(letter); err != nil {
		return err
	}
	stream.Close()
	_, err := io.ReadAll(stream)
	return err
}

func receive(conn *quic.Conn, stream *quic.Stream) ([]byte, error) {
	letter, err := io.ReadAll(stream)
	stream.Close()
	return letter, err
}
