// check says: no packet is lost, and send does not return

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
	conn.CloseWithError(0, "")
	return err
}

func receive(conn *quic.Conn, stream *quic.Stream) ([]byte, error) {
	letter, err := io.ReadAll(stream)
	<-conn.Context().Done()
	return letter, err
}
