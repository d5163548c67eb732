package flow

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/experiment"
)

// Unread sends to somebody who does not read.
var Unread = experiment.Experiment{
	Name:      "unread",
	Subjects:  []string{"MAX_DATA", "MAX_STREAM_DATA", "backpressure"},
	About:     "A client that does not read its streams: how much can be sent?",
	Simulated: true,
	Do:        unread,
}

// still is how long we look at a sender that is not to get on.
const still = 150 * time.Millisecond

func unread(ctx context.Context, r *experiment.Report) error {
	stops := newBlocked()
	p, err := meet(ctx, time.Millisecond, nil, stops.config())
	if err != nil {
		return err
	}
	defer p.Close()
	defer context.AfterFunc(ctx, func() { p.client.CloseWithError(0, "") })()
	var streams [3]*quic.SendStream
	for i := range streams {
		if streams[i], err = p.server.OpenUniStream(); err != nil {
			return err
		}
	}
	var sent []int
	more := func(setting string, stream *quic.SendStream, stops <-chan struct{}) error {
		r.Progress("%s", setting)
		n, err := push(ctx, stream, stops)
		sent = append(sent, n)
		r.Add(setting, n)
		return err
	}
	if err := more("one stream takes, in bytes", streams[0], stops.at); err != nil {
		return err
	}
	if err := more("a second one takes", streams[1], stops.at); err != nil {
		return err
	}
	if err := more("a third one takes", streams[2], nil); err != nil {
		return err
	}
	arrived, err := p.client.AcceptUniStream(ctx)
	if err != nil {
		return err
	}
	for _, stops := range []<-chan struct{}{nil, stops.at} {
		if _, err := io.CopyN(io.Discard, arrived, 100_000); err != nil {
			return err
		}
		if err := more("100,000 of the first are read, it takes", streams[0], stops); err != nil {
			return err
		}
	}
	const window = 512 << 10
	r.Shown = sent[0] == window && sent[1] == window/2 && sent[2] == 0 && sent[3] == 0 && window/4 <= sent[4] && sent[4] <= 200_000
	r.Says = "The receiver's windows, and no buffer of a kernel, decide. The sender's Write waits, and nothing is lost."
	return nil
}

// push writes until the receiver's limit stops it, and tells how much went. Without a channel
// that tells of it, that is supposed to be so after a while.
func push(ctx context.Context, stream *quic.SendStream, stops <-chan struct{}) (sent int, err error) {
	stream.SetWriteDeadline(time.Time{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		sent, err = stream.Write(make([]byte, 8<<20))
	}()
	var after <-chan time.Time
	if stops == nil {
		after = time.After(still)
	}
	select {
	case <-stops:
	case <-after:
	case <-ended: // which it does not by itself
	case <-ctx.Done():
	}
	stream.SetWriteDeadline(time.Unix(1, 0))
	<-ended
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = ctx.Err()
	}
	return sent, err
}
