package quic

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Last closes a connection behind what it has written.
var Last = pitfall.Pitfall{
	Number:    21,
	Name:      "last-bytes",
	Subjects:  []string{"CONNECTION_CLOSE", "Conn.CloseWithError", "RFC 9000, section 10.2"},
	Title:     "CloseWithError loses the last bytes",
	Symptom:   "The last answer on a connection never arrives, although every write of it succeeded. The client sees a close with the code 0, which means that nothing was wrong.",
	Simulated: true,
	Messages: []string{
		"Application error 0x0 (remote)",
		"closed by peer: 0",
		"ApplicationClosed",
		"connection lost",
	},
	Diagnose: [][2]string{
		{"qlog of the server", "connection_close, and before it no stream frame with the last bytes, or one that nobody has acknowledged"},
	},
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return lastWords(ctx, last{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return lastWords(ctx, last{}.fixed) },
}

type last struct{}

// broken says a last text, and ends the connection.
func (last) broken(conn *quic.Conn, stream *quic.SendStream, text string) error {
	if _, err := io.WriteString(stream, text); err != nil {
		return err
	}
	if err := stream.Close(); err != nil {
		return err
	}
	return conn.CloseWithError(0, "")
}

// fixed says a last text, and ends the connection.
func (last) fixed(conn *quic.Conn, stream *quic.SendStream, text string) error {
	if _, err := io.WriteString(stream, text); err != nil {
		return err
	}
	if err := stream.Close(); err != nil {
		return err
	}
	select {
	case <-conn.Context().Done(): // who has read all closes
	case <-time.After(5 * time.Second): // and whoever does not is not waited for
	}
	return conn.CloseWithError(0, "")
}

// elsewhere is how long the client has something else to do. The close arrives within it. The bytes
// have mostly not been sent when it is, but where they have been they arrive right before it, so
// that what a client sees who waits for them is chance.
const elsewhere = 100 * time.Millisecond

// lastWords has a server say the twelve bytes and end the connection. The client closes when it has
// read them.
func lastWords(ctx context.Context, say func(*quic.Conn, *quic.SendStream, string) error) (o pitfall.Outcome, err error) {
	err = link(ctx, nil, func(client, server *quic.Conn) error {
		stream, err := server.OpenUniStream()
		if err != nil {
			return err
		}
		said := make(chan error, 1)
		go func() { said <- say(server, stream, twelve.Bytes) }()
		<-time.After(elsewhere)
		var got []byte
		in, err := client.AcceptUniStream(ctx)
		if err == nil {
			got, err = io.ReadAll(in)
		}
		client.CloseWithError(0, "")
		if saying := <-said; saying != nil {
			return saying
		}
		if err != nil {
			o.Add("the client is told", err.Error())
		}
		o.Add("bytes that have arrived", len(got))
		closed, ok := errors.AsType[*quic.ApplicationError](err)
		return o.Decide(ok && closed.Remote && len(got) < len(twelve.Bytes), err == nil && string(got) == twelve.Bytes)
	})
	return o, err
}
