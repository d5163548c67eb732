package quic

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Drain reads the beginning of a stream, and leaves the rest where it is.
var Drain = pitfall.Pitfall{
	Number:    20,
	Name:      "undrained",
	Subjects:  []string{"flow control", "MAX_DATA", "STOP_SENDING", "Stream.CancelRead"},
	Title:     "A stream that nobody reads to its end",
	Symptom:   "After a while nothing comes on the whole connection any more, on any stream. Both sides are well and wait.",
	Simulated: true,
	Messages: []string{
		"timeout: no recent network activity",
		"DATA_BLOCKED",
		"connection stalled",
		"flow control window exhausted",
	},
	Diagnose: [][2]string{
		{"qlog of the sender", "DATA_BLOCKED, and no MAX_DATA behind it"},
		{"the code", "a return between AcceptStream and the stream's end, without CancelRead"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return behindOthers(ctx, 1, drain{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return behindOthers(ctx, 4, drain{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return behindOthers(ctx, 4, drain{}.fixed) },
}

type drain struct{}

// broken reads what a stream is about, and whether we want it.
func (drain) broken(stream *quic.ReceiveStream, wanted string) (bool, error) {
	about := make([]byte, len(wanted))
	if _, err := io.ReadFull(stream, about); err != nil {
		return false, err
	}
	return string(about) == wanted, nil
}

// fixed reads what a stream is about, and whether we want it.
func (drain) fixed(stream *quic.ReceiveStream, wanted string) (bool, error) {
	about := make([]byte, len(wanted))
	if _, err := io.ReadFull(stream, about); err != nil {
		return false, err
	}
	if string(about) != wanted {
		stream.CancelRead(0) // what nobody reads fills the connection's window
	}
	return string(about) == wanted, nil
}

// behindOthers has a server send streams that the client does not want, four of which are as much
// as the connection's window, and behind them one that it wants.
func behindOthers(ctx context.Context, others int, look func(*quic.ReceiveStream, string) (bool, error)) (o pitfall.Outcome, err error) {
	const window = 64 << 10
	config := &quic.Config{
		InitialConnectionReceiveWindow: window, MaxConnectionReceiveWindow: window,
		InitialStreamReceiveWindow: window, MaxStreamReceiveWindow: window,
	}
	err = link(ctx, config, func(client, server *quic.Conn) error {
		for range others {
			if err := send(ctx, server, strings.Repeat(".", window/4)); err != nil {
				return err
			}
			stream, err := client.AcceptUniStream(ctx)
			if err != nil {
				return err
			}
			if _, err := look(stream, twelve.Bytes); err != nil {
				return err
			}
		}
		go send(ctx, server, twelve.Bytes)
		waiting, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		stream, err := client.AcceptUniStream(waiting)
		found := false
		if err == nil {
			stream.SetReadDeadline(time.Now().Add(time.Second))
			found, err = look(stream, twelve.Bytes)
		}
		o.Add("streams that it does not want", others)
		o.Add("the one behind them has come", found)
		return o.Decide(errors.Is(err, context.DeadlineExceeded) || errors.Is(err, os.ErrDeadlineExceeded), err == nil && found)
	})
	return o, err
}

// send says a text on a stream of its own. It returns when all of it is on its way.
func send(ctx context.Context, conn *quic.Conn, text string) error {
	stream, err := conn.OpenUniStreamSync(ctx)
	if err != nil {
		return err
	}
	if _, err := io.WriteString(stream, text); err != nil {
		return err
	}
	return stream.Close()
}
