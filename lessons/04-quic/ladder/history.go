package ladder

import (
	"fmt"

	"github.com/quic-go/quic-go/qlog"
)

// A history is what one end has sent, by streams. TLS has one in each space of numbers.
type history map[any][]piece

// A piece is the bytes from one offset to another, and the packet that brought them first.
type piece struct {
	from, to int64
	in       Packet
}

// again tells in which packet such bytes were sent before, if they were.
func (h *history) again(frame qlog.Frame, in Packet) string {
	var stream any
	p := piece{in: in}
	switch f := frame.Frame.(type) {
	case *qlog.CryptoFrame:
		stream, p.from, p.to = in.Type, f.Offset, f.Offset+f.Length
	case *qlog.StreamFrame:
		stream, p.from, p.to = f.StreamID, f.Offset, f.Offset+f.Length
	default:
		return ""
	}
	if *h == nil {
		*h = history{}
	}
	for _, before := range (*h)[stream] {
		if before.from < p.to && p.from < before.to {
			return fmt.Sprintf(", as in %d", before.in.Number)
		}
	}
	(*h)[stream] = append((*h)[stream], p)
	return ""
}
