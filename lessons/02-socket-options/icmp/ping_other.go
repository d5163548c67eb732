//go:build !linux

package icmp

import (
	"context"
	"errors"
	"net/netip"
	"runtime"
	"time"

	"onthewire/lessons/internal/experiment"
)

// A Pinger asks hosts for echoes, on Linux.
type Pinger struct {
	Raw bool
	ID  uint16
}

// A Reply is an echo.
type Reply struct {
	RoundTrip time.Duration
	TTL       int
}

func Open() (*Pinger, error) {
	return nil, &experiment.Unavailable{Why: "ping: it is not written for " + runtime.GOOS, Remedy: "run it on Linux, or use ping(8)"}
}

func (p *Pinger) Echo(ctx context.Context, to netip.Addr, seq uint16, data []byte) (Reply, error) {
	return Reply{}, errors.ErrUnsupported
}

func (p *Pinger) Close() error { return nil }
