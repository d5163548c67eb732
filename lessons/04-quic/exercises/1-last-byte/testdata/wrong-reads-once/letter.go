// check says: no packet is lost, and the letter is not all there

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
	letter := make([]byte, 1<<20)
	n, err := stream.Read(letter)
	if err == io.EOF {
		err = nil
	}
	stream.Close()
	return letter[:n], err
}
