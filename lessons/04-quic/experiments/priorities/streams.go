package priorities

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/04-quic/pair"
	"onthewire/lessons/internal/lab"
)

const (
	streams   = 10
	each      = 60_000    // bytes
	more      = 10_000    // bytes of the one that comes late
	downloads = 1_000_000 // bytes of the nine that it comes behind
	rate      = 8_000_000 // bits a second: a megabyte
	oneWay    = 10 * time.Millisecond

	// Queues of a router, in bytes. At that rate a kilobyte is a millisecond.
	short = 25_000
	long  = 400_000
)

// A priority is what SetPriority takes (RFC 9218, section 4).
type priority struct {
	urgency     int8
	incremental bool
}

// narrow joins two over a link of its own.
func narrow(ctx context.Context, queue int) (*pair.Pair, func(), error) {
	n := network.Simulate(oneWay)
	p, err := pair.Over(ctx, n, nil, nil)
	if err == nil {
		err = n.Set(lab.Way{Delay: oneWay, Rate: rate, Queue: queue})
	}
	if err != nil {
		if p != nil {
			p.Close()
		}
		n.Close()
		return nil, nil, err
	}
	return p, func() { p.Close(); n.Close() }, nil
}

// ten sends ten streams at once, and tells when each of them had come.
func ten(ctx context.Context, of func(i int) priority) ([]time.Duration, error) {
	p, end, err := narrow(ctx, 100_000)
	if err != nil {
		return nil, err
	}
	defer end()
	var out [streams]*quic.SendStream
	for i := range out {
		if out[i], err = p.Server.OpenUniStream(); err != nil {
			return nil, fmt.Errorf("open a stream: %w", err)
		}
		out[i].SetPriority(of(i).urgency, of(i).incremental)
	}
	took := make([]time.Duration, streams)
	begun := time.Now()
	return took, together.Run(2*streams, func(i int) error {
		if i < streams {
			return send(ctx, out[i], each)
		}
		stream, err := receive(ctx, p.Client)
		if err != nil {
			return err
		}
		took[stream/4] = time.Since(begun) // a server's unidirectional streams are 3, 7, 11
		return nil
	})
}

// oneMore begins nine downloads, and when a third of them is here, a short stream. It tells
// when that had come.
func oneMore(ctx context.Context, as priority, queue int) (took time.Duration, err error) {
	p, end, err := narrow(ctx, queue)
	if err != nil {
		return 0, err
	}
	defer end()
	third := &mark{at: downloads / 3, passed: make(chan struct{})}
	for range 9 {
		out, err := p.Server.OpenUniStream()
		if err != nil {
			return 0, fmt.Errorf("open a stream: %w", err)
		}
		go send(ctx, out, downloads/9) // these end with the connection
		in, err := p.Client.AcceptUniStream(ctx)
		if err != nil {
			return 0, fmt.Errorf("accept a stream: %w", err)
		}
		go io.Copy(third, in)
	}
	select {
	case <-third.passed:
	case <-ctx.Done():
		return 0, ctx.Err()
	}
	late, err := p.Server.OpenUniStream()
	if err != nil {
		return 0, fmt.Errorf("open a stream: %w", err)
	}
	late.SetPriority(as.urgency, as.incremental)
	begun := time.Now()
	go send(ctx, late, more)
	_, err = receive(ctx, p.Client)
	return time.Since(begun), err
}

// A mark tells when so many bytes were written to it, by anybody.
type mark struct {
	at     int64
	bytes  atomic.Int64
	passed chan struct{}
}

func (m *mark) Write(data []byte) (int, error) {
	n := int64(len(data))
	if now := m.bytes.Add(n); now >= m.at && now-n < m.at {
		close(m.passed)
	}
	return len(data), nil
}

func send(ctx context.Context, to *quic.SendStream, size int) error {
	defer context.AfterFunc(ctx, func() { to.SetWriteDeadline(time.Now()) })()
	if _, err := to.Write(bytes.Repeat([]byte("x"), size)); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	return to.Close()
}

// receive reads the next stream to its end.
func receive(ctx context.Context, at *quic.Conn) (quic.StreamID, error) {
	stream, err := at.AcceptUniStream(ctx)
	if err != nil {
		return 0, fmt.Errorf("accept a stream: %w", err)
	}
	defer context.AfterFunc(ctx, func() { stream.SetReadDeadline(time.Now()) })()
	if _, err := io.Copy(io.Discard, stream); err != nil {
		return 0, fmt.Errorf("receive: %w", err)
	}
	return stream.StreamID(), nil
}
