package lastbyte

import (
	"errors"
	"io"

	"github.com/quic-go/quic-go"
)

func send(conn *quic.Conn, stream *quic.Stream, letter []byte) error {
	if _, err := stream.Write(letter); err != nil {
		return err
	}
	stream.Close()
	// The receiver ends its direction when it has read. That is the last byte, and it comes to us.
	answer, err := io.ReadAll(io.LimitReader(stream, 1))
	if err != nil {
		return err
	}
	if len(answer) > 0 {
		return errors.New("it answers, and was not asked")
	}
	return conn.CloseWithError(0, "")
}

func receive(conn *quic.Conn, stream *quic.Stream) ([]byte, error) {
	letter, err := io.ReadAll(stream)
	if err != nil {
		stream.CancelWrite(1)
		return nil, err
	}
	return letter, stream.Close()
}
