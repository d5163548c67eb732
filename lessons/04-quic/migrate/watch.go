package migrate

import (
	"context"
	"sync"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/qlog"
	"github.com/quic-go/quic-go/qlogwriter"
)

// A Watch sees what one side of a connection sends about paths, by way of qlog.
type Watch struct {
	mu         sync.Mutex
	challenges int
	responses  int
	id         qlog.ConnectionID
}

// trace is what quic.Config calls for each connection.
func (w *Watch) trace(context.Context, bool, quic.ConnectionID) qlogwriter.Trace { return w }

// AddProducer makes a Watch a qlogwriter.Trace.
func (w *Watch) AddProducer() qlogwriter.Recorder { return w }

// Close makes it, with RecordEvent, a qlogwriter.Recorder.
func (w *Watch) Close() error { return nil }

// RecordEvent is called in the connection's own goroutine, so it must not wait.
func (w *Watch) RecordEvent(event qlogwriter.Event) {
	packet, ok := event.(qlog.PacketSent)
	if !ok {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if packet.Header.PacketType == qlog.PacketType1RTT && packet.Tuple == "" { // the path in use
		w.id = packet.Header.DestConnectionID
	}
	for _, frame := range packet.Frames {
		switch frame.Frame.(type) {
		case *qlog.PathChallengeFrame:
			w.challenges++
		case *qlog.PathResponseFrame:
			w.responses++
		}
	}
}

// Paths counts the PATH_CHALLENGE and PATH_RESPONSE frames that were sent.
func (w *Watch) Paths() (challenges, responses int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.challenges, w.responses
}

// ConnectionID is the one under which this side sends to the other now.
func (w *Watch) ConnectionID() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.id.String()
}
