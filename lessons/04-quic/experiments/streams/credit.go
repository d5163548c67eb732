package streams

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/experiment"
)

// Credit changes how a server leaves a stream, while its client opens one after the other.
var Credit = experiment.Experiment{
	Name:      "credit",
	Subjects:  []string{"MAX_STREAMS", "initial_max_streams_bidi"},
	About:     "A server answers 150 streams, one after the other, and reads half of each",
	Simulated: true,
	Do:        credit,
}

const wanted = 150

func credit(ctx context.Context, r *experiment.Report) error {
	p, err := open(time.Millisecond, nil)
	if err != nil {
		return err
	}
	defer p.Close()
	var opened [3]int
	for i, way := range []struct {
		name  string
		leave func(*quic.Stream)
	}{
		{"it leaves the rest unread: opened", func(*quic.Stream) {}},
		{"it calls CancelRead: opened", func(s *quic.Stream) { s.CancelRead(0) }},
		{"it reads on to the end: opened", func(s *quic.Stream) { io.Copy(io.Discard, s) }},
	} {
		if opened[i], err = p.askOneByOne(ctx, way.leave); err != nil {
			return err
		}
		r.Add(way.name, opened[i])
	}
	r.Shown = opened[0] == 100 && opened[1] == wanted && opened[2] == wanted
	r.Says = "A stream counts until both directions have ended. The client of a server that forgets one of them waits in vain for its next stream."
	return nil
}

// askOneByOne opens streams until the next one has to wait for too long.
func (p *place) askOneByOne(ctx context.Context, leave func(*quic.Stream)) (opened int, err error) {
	client, server, _, err := p.meet(ctx, nil)
	if err != nil {
		return 0, err
	}
	var serving sync.WaitGroup
	defer serving.Wait()
	defer client.CloseWithError(0, "")
	defer context.AfterFunc(ctx, func() { client.CloseWithError(0, "called off") })()
	serving.Go(func() {
		for {
			s, err := server.AcceptStream(ctx)
			if err != nil {
				return
			}
			s.Read(make([]byte, len(text)/2))
			s.Write([]byte(text))
			s.Close()
			leave(s)
		}
	})
	for opened < wanted {
		patient, cancel := context.WithTimeout(ctx, 300*time.Millisecond) // 150 times there and back
		s, err := client.OpenStreamSync(patient)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return opened, nil
		} else if err != nil {
			return opened, err
		}
		opened++
		s.Write([]byte(text))
		all(s)
		s.Close()
	}
	return opened, nil
}
