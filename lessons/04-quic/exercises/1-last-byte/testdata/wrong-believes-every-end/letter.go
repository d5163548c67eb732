// check says: the receiver fails, and send says that the letter has been read

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
	<-conn.Context().Done() // the receiver closes
	return nil
}

func receive(conn *quic.Conn, stream *quic.Stream) ([]byte, error) {
	defer conn.CloseWithError(0, "")
	return io.ReadAll(stream)
}
