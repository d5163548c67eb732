//go:build !linux

package sniffer

import (
	"context"
	"errors"
	"runtime"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/packet"
)

// A Sniffer needs packet sockets, and those are Linux's own.
type Sniffer struct{ Link packet.Link }

func Open(name string, filter Filter) (*Sniffer, error) {
	return nil, &experiment.Unavailable{Why: "packet sockets: " + runtime.GOOS + " has none", Remedy: "run it on Linux, or use tcpdump"}
}

func (s *Sniffer) Next(ctx context.Context) (packet.Packet, error) {
	return packet.Packet{}, errors.ErrUnsupported
}

func (s *Sniffer) Dropped() (int, error) { return 0, errors.ErrUnsupported }

func (s *Sniffer) Close() error { return nil }
