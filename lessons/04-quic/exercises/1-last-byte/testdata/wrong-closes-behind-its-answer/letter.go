// check says: no packet is lost, and receive has the letter, but send says otherwise

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
	defer conn.CloseWithError(0, "")
	letter, err := io.ReadAll(stream)
	stream.Close()
	return letter, err
}
