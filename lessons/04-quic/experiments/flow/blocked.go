package flow

import (
	"context"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/qlog"
	"github.com/quic-go/quic-go/qlogwriter"
)

// A blocked hears when a limit of the receiver stops a sender, which says so with a
// STREAM_DATA_BLOCKED or DATA_BLOCKED frame (RFC 9000, sections 19.12 and 19.13). It sees the
// frames as qlog would.
type blocked struct {
	at     chan struct{}
	limits map[any]bool // that it has heard of: the same frame may be sent again
}

func newBlocked() *blocked { return &blocked{make(chan struct{}, 8), map[any]bool{}} }

// config is for the sender.
func (b *blocked) config() *quic.Config {
	return &quic.Config{Tracer: func(context.Context, bool, quic.ConnectionID) qlogwriter.Trace { return b }}
}

func (b *blocked) AddProducer() qlogwriter.Recorder { return b }
func (b *blocked) Close() error                     { return nil }

// RecordEvent is called by the goroutine of the connection alone.
func (b *blocked) RecordEvent(e qlogwriter.Event) {
	sent, ok := e.(qlog.PacketSent)
	if !ok {
		return
	}
	for _, f := range sent.Frames {
		var limit any
		switch frame := f.Frame.(type) {
		case *qlog.StreamDataBlockedFrame:
			limit = *frame
		case *qlog.DataBlockedFrame:
			limit = *frame
		default:
			continue
		}
		if !b.limits[limit] {
			b.limits[limit] = true
			select {
			case b.at <- struct{}{}:
			default: // nobody waits for so many
			}
		}
	}
}
