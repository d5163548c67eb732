package early

import (
	"context"
	"errors"
	"fmt"

	"github.com/quic-go/quic-go"
)

// An Outcome tells how a request came to its answer.
type Outcome string

const (
	FirstVisit Outcome = "first visit: the handshake came first"
	Resumed    Outcome = "resumed: the handshake came first, without a certificate"
	Accepted   Outcome = "early: accepted"
	Rejected   Outcome = "early: rejected, and said again"
	Refused    Outcome = "early: refused, and said again"
)

// TooEarly is the code of a stream whose request is not done before the handshake is over.
// HTTP has status 425 for it (RFC 8470).
const TooEarly quic.StreamErrorCode = 425

// Ask asks by a connection that DialEarly has returned, perhaps before the handshake is over.
// It calls ask a second time where the first has failed because it was early:
//
//   - The server takes no early data, since it does not know the ticket or its own settings
//     have changed. Then all that was sent is void, and so are the streams.
//   - The server has reset the stream with TooEarly, since the request could be a replay.
func Ask(ctx context.Context, conn *quic.Conn, ask func(*quic.Conn) error) (Outcome, error) {
	err := ask(conn)
	reset, isReset := errors.AsType[*quic.StreamError](err)
	switch {
	case errors.Is(err, quic.Err0RTTRejected):
		if conn, err = conn.NextConnection(ctx); err != nil {
			return "", fmt.Errorf("handshake: %w", err)
		}
		return Rejected, ask(conn)
	case isReset && reset.Remote && reset.ErrorCode == TooEarly:
		if err := completed(ctx, conn); err != nil {
			return "", err
		}
		return Refused, ask(conn)
	case err != nil:
		return "", err
	}
	if err := completed(ctx, conn); err != nil { // before, Used0RTT says what we have tried
		return "", err
	}
	switch state := conn.ConnectionState(); {
	case state.Used0RTT:
		return Accepted, nil
	case state.TLS.DidResume:
		return Resumed, nil
	}
	return FirstVisit, nil
}

// completed waits until the handshake is over.
func completed(ctx context.Context, conn *quic.Conn) error {
	select {
	case <-conn.HandshakeComplete():
		return nil
	case <-conn.Context().Done():
		return fmt.Errorf("handshake: %w", context.Cause(conn.Context()))
	case <-ctx.Done():
		return fmt.Errorf("handshake: %w", ctx.Err())
	}
}

// MayBeReplay tells a server whether its client has yet to prove that it is there. What the
// client sends last in the handshake answers to bytes that the server has drawn just now, which
// no recording can.
func MayBeReplay(conn *quic.Conn) bool {
	select {
	case <-conn.HandshakeComplete():
		return false
	default:
		return true
	}
}
