// Package ladder tells a QUIC connection as a ladder: the client left, the server right, and
// a rung for each datagram. quic-go reports at both ends what it sends, takes in and decides,
// as events in the vocabulary of qlog (draft-ietf-quic-qlog-quic-events). Put side by side,
// the two reports also show what neither end can know: what was lost on the way, and when.
//
// Read it in this order: recorder.go (how events are collected), visit.go and session.go (a
// connection to collect them from), rows.go and datagram.go (from events to rungs), words.go
// (what they say), history.go (whether it was said before), draw.go.
package ladder

import (
	"sync"
	"time"

	"github.com/quic-go/quic-go/qlogwriter"
)

// An Event is what one end has reported, and when.
type Event struct {
	Time time.Time
	What qlogwriter.Event
}

// A Recorder keeps what one end of a connection reports. It is a qlogwriter.Trace with one
// producer, so quic.Config.Tracer may return it.
type Recorder struct {
	also  qlogwriter.Recorder // is told the same; may be nil
	ended chan struct{}

	mu     sync.Mutex
	events []Event
}

// NewRecorder makes a recorder that tells also what it is told, if that is not nil.
func NewRecorder(also qlogwriter.Recorder) *Recorder {
	return &Recorder{also: also, ended: make(chan struct{})}
}

// AddProducer is called once, when the connection begins.
func (r *Recorder) AddProducer() qlogwriter.Recorder { return r }

// RecordEvent is called by the goroutines of the connection, which wait for it: it must not
// block, nor use the connection.
func (r *Recorder) RecordEvent(what qlogwriter.Event) {
	if r.also != nil {
		r.also.RecordEvent(what)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.events = append(r.events, Event{time.Now(), what})
}

// Close is called when the connection has ended.
func (r *Recorder) Close() error {
	defer close(r.ended)
	if r.also != nil {
		return r.also.Close()
	}
	return nil
}

// Ended tells when the connection has.
func (r *Recorder) Ended() <-chan struct{} { return r.ended }

// Events are what has been reported so far.
func (r *Recorder) Events() []Event {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.events[:len(r.events):len(r.events)]
}
