//go:build !linux

package sniffer

import (
	"context"
	"errors"
	"runtime"

	"onthewire/lessons/02-socket-options/experiments/packets/decode"
	"onthewire/lessons/internal/experiment"
)

// A Sniffer needs packet sockets, and those are Linux's own.
type Sniffer struct{ Link decode.Link }

func Open(name string, filter Filter) (*Sniffer, error) {
	return nil, &experiment.Unavailable{Why: "packet sockets: " + runtime.GOOS + " has none", Remedy: "run it on Linux, or use tcpdump"}
}

func (s *Sniffer) Next(ctx context.Context) (decode.Packet, error) {
	return decode.Packet{}, errors.ErrUnsupported
}

func (s *Sniffer) Dropped() (int, error) { return 0, errors.ErrUnsupported }

func (s *Sniffer) Close() error { return nil }
