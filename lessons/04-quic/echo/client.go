package echo

import (
	"cmp"
	"context"
	"fmt"
	"io"

	"github.com/quic-go/quic-go"
)

// Say opens a stream, says the text, ends its own direction, and reads the answer to its
// end. Then the caller may close the connection, for nothing is under way any more.
func Say(ctx context.Context, conn *quic.Conn, text []byte) ([]byte, error) {
	stream, err := conn.OpenStreamSync(ctx) // waits while the server allows no more of them
	if err != nil {
		return nil, fmt.Errorf("open a stream: %w", err)
	}
	defer stream.CancelRead(0) // what we leave unread must not hold the stream open
	defer context.AfterFunc(ctx, func() { refuse(stream, 0) })()
	if _, err := stream.Write(text); err != nil {
		return nil, fmt.Errorf("write to a stream: %w", cmp.Or(ctx.Err(), err))
	}
	stream.Close() // if the server wants no more of it, we read why
	answer, err := io.ReadAll(io.LimitReader(stream, Limit+1))
	if err != nil {
		return nil, fmt.Errorf("read from a stream: %w", cmp.Or(ctx.Err(), err))
	}
	return answer, nil
}
