// check says: a packet is lost, and the letter is not all there

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
	if _, err := io.ReadAll(stream); err != nil {
		return err
	}
	return conn.CloseWithError(0, "")
}

func receive(conn *quic.Conn, stream *quic.Stream) ([]byte, error) {
	stream.Close()
	return io.ReadAll(stream)
}
