package streams

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/experiment"
)

// Close changes who closes a connection behind its last byte, and when.
var Close = experiment.Experiment{
	Name:      "close",
	Subjects:  []string{"CONNECTION_CLOSE"},
	About:     "Twelve bytes, then somebody closes the connection; twenty times",
	Simulated: true,
	Do:        closeAfter,
}

const (
	text  = "hello, wire\n"
	tries = 20
	delay = 5 * time.Millisecond // one way
)

// An ending is what the two sides do once the text has been written. The receiver returns what
// it has read.
type ending struct {
	name     string
	sender   func(conn *quic.Conn, arrived <-chan struct{})
	receiver func(*quic.Conn, *quic.Stream) []byte
}

var endings = []ending{
	{
		"the sender, once it has written: read",
		func(conn *quic.Conn, _ <-chan struct{}) { conn.CloseWithError(0, "") },
		func(_ *quic.Conn, s *quic.Stream) []byte { return all(s) },
	},
	{
		"the sender, once all has arrived: read",
		func(conn *quic.Conn, arrived <-chan struct{}) {
			<-arrived
			conn.CloseWithError(0, "")
		},
		func(conn *quic.Conn, s *quic.Stream) []byte {
			<-conn.Context().Done()
			return all(s)
		},
	},
	{
		"the receiver, once it has read: read",
		func(conn *quic.Conn, _ <-chan struct{}) { <-conn.Context().Done() },
		func(conn *quic.Conn, s *quic.Stream) []byte {
			defer conn.CloseWithError(0, "")
			return all(s)
		},
	},
}

func all(s *quic.Stream) []byte {
	got, _ := io.ReadAll(s)
	return got
}

func closeAfter(ctx context.Context, r *experiment.Report) error {
	p, err := open(delay, nil)
	if err != nil {
		return err
	}
	defer p.Close()
	var read [3]int
	for i, e := range endings {
		if read[i], err = p.count(ctx, e); err != nil {
			return err
		}
		r.Add(e.name, read[i])
	}
	r.Shown = read[0] < tries/2 && read[1] == 0 && read[2] == tries
	r.Says = "CloseWithError throws away what is unsent here and what is unread there, so whoever reads the last byte closes."
	return nil
}

// count is how often the whole text is read.
func (p *place) count(ctx context.Context, e ending) (int, error) {
	var whole atomic.Int64
	var running sync.WaitGroup
	defer running.Wait()
	for range tries {
		client, server, _, err := p.meet(ctx, nil)
		if err != nil {
			return 0, err
		}
		defer context.AfterFunc(ctx, func() { client.CloseWithError(0, "called off") })()
		defer context.AfterFunc(ctx, func() { server.CloseWithError(0, "called off") })()
		arrived := make(chan struct{})
		running.Go(func() {
			s, err := server.AcceptStream(ctx)
			close(arrived)
			if err != nil {
				return // the close has come alone
			}
			if string(e.receiver(server, s)) == text {
				whole.Add(1)
			}
		})
		running.Go(func() {
			if s, err := client.OpenStreamSync(ctx); err == nil {
				s.Write([]byte(text))
				s.Close()
			}
			e.sender(client, arrived)
		})
	}
	running.Wait()
	return int(whole.Load()), nil
}
