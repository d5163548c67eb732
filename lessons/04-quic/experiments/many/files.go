// Package many has experiments with many files on one connection.
package many

import (
	"context"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/pair"
	"onthewire/lessons/internal/experiment"
)

// Files changes how many streams a server allows at a time, while its client wants many small
// files.
var Files = experiment.Experiment{
	Name:      "many-files",
	Subjects:  []string{"MAX_STREAMS", "MaxIncomingStreams"},
	About:     "400 files of 4 KiB, a stream each, 20 ms there and back",
	Simulated: true,
	Do:        files,
}

func files(ctx context.Context, r *experiment.Report) error {
	return experiment.Steadily(r, func() error {
		var took [3]time.Duration
		for i, way := range []struct {
			name  string
			limit int64
		}{
			{"10 streams at a time", 10},
			{"100, as quic-go allows by itself", 100},
			{"1,000", 1000},
		} {
			at, err := meet(ctx, 10*time.Millisecond, &quic.Config{MaxIncomingStreams: way.limit})
			if err != nil {
				return err
			}
			took[i], err = fetch(ctx, at.client, 400, 4<<10)
			at.Close()
			if err != nil {
				return err
			}
			r.Add(way.name, took[i])
		}
		r.Shown = took[0] > 2*took[1] && took[0] > 3*took[2]
		r.Says = "Who has no stream left waits for one to end, which takes a way there and back."
		return nil
	})
}

// A meeting is a connection over a simulated network, whose server answers each stream.
type meeting struct {
	client *quic.Conn
	close  []func() error
}

func meet(ctx context.Context, oneWay time.Duration, server *quic.Config) (*meeting, error) {
	n := network.Simulate(oneWay)
	p, err := pair.Over(ctx, n, wide(&quic.Config{}), wide(server))
	if err != nil {
		n.Close()
		return nil, err
	}
	m := &meeting{client: p.Client, close: []func() error{p.Close, n.Close}}
	go func() {
		for {
			s, err := p.Server.AcceptStream(ctx)
			if err != nil {
				return
			}
			go answer(s)
		}
	}()
	return m, nil
}

// wide has credit for more than we send: what we look at is other limits.
func wide(c *quic.Config) *quic.Config {
	c.InitialStreamReceiveWindow, c.InitialConnectionReceiveWindow = 1<<24, 1<<24
	c.MaxStreamReceiveWindow, c.MaxConnectionReceiveWindow = 1<<24, 1<<24
	return c
}

func (m *meeting) Close() {
	for _, f := range m.close {
		f()
	}
}

// fetch wants so many pieces, each over a stream of its own.
func fetch(ctx context.Context, c *quic.Conn, pieces, bytes int) (time.Duration, error) {
	begun := time.Now()
	err := together.Run(pieces, func(int) error {
		s, err := c.OpenStreamSync(ctx)
		if err != nil {
			return err
		}
		defer context.AfterFunc(ctx, func() { s.CancelRead(0) })()
		return ask(s, bytes)
	})
	return time.Since(begun), err
}
