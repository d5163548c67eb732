// Package blocking loses one packet of ten downloads that share a connection, and tells which
// of the ten that has kept waiting: head-of-line blocking.
//
// Read mux.go first (ten downloads on one TCP connection), then quic.go (the same on streams),
// then this file. HTTP/2 and ten TCP connections stand beside them for comparison.
package blocking

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"onthewire/lessons/04-quic/network"
)

const (
	Downloads = 10
	Size      = 12_000    // bytes of each
	WarmUp    = 1_000_000 // bytes of all ten together, before a packet is lost

	OneWay = 50 * time.Millisecond // the delay of the network in each direction
	RTT    = 2 * OneWay
)

// A Rival is one way to have ten downloads under way at once.
type Rival struct {
	Name   string
	Kernel bool // it needs the kernel's TCP, so no network that is simulated
	open   func(context.Context, *network.Network) (connection, error)
}

var (
	TCP   = Rival{"TCP", true, openTCP(1)}
	HTTP2 = Rival{"HTTP/2", true, openHTTP2}
	QUIC  = Rival{"QUIC", false, openQUIC}
	Ten   = Rival{"ten TCP", true, openTCP(Downloads)}
)

// A connection is a client with its server, and what joins them.
type connection interface {
	// fetch asks for all downloads at once, of so many bytes each, and waits until they are
	// complete.
	fetch(ctx context.Context, downloads []io.WriteCloser, size int) error
	Close() error
}

// A Loss is what one lost packet has done.
type Loss struct {
	Without, With []time.Duration // until each of the ten was complete, since all were asked for
}

// Late tells whether a download has noticed: it took more than half a round trip longer than
// without the loss. To send a packet again costs a whole one.
func (l Loss) Late(number int) bool {
	return l.With[number]-l.Without[number] > RTT/2
}

// Noticed counts the downloads that are late.
func (l Loss) Noticed() (late int) {
	for number := range l.With {
		if l.Late(number) {
			late++
		}
	}
	return late
}

// Lose has the ten downloads twice over a connection that is warm, and the second time loses
// the nth packet that brings a piece of them.
func Lose(ctx context.Context, n *network.Network, rival Rival, nth int) (loss Loss, err error) {
	c, without, err := rival.warm(ctx, n)
	if err != nil {
		return Loss{}, err
	}
	defer c.Close()
	with, err := losing(ctx, n, c, nth)
	return Loss{without, with}, err
}

// warm opens a connection and its congestion window, until ten downloads take one round trip.
// Where the machine is busy, another connection may have to try.
func (r Rival) warm(ctx context.Context, n *network.Network) (c connection, took []time.Duration, err error) {
	for range 5 {
		if c, err = r.open(ctx, n); err != nil {
			return nil, nil, err
		}
		if _, err = have(ctx, c, WarmUp/Downloads); err == nil {
			took, err = have(ctx, c, Size)
		}
		if err == nil && slices.Max(took) < RTT+RTT/2 {
			return c, took, nil
		}
		c.Close()
		if err != nil {
			return nil, nil, fmt.Errorf("warm up: %w", err)
		}
	}
	return nil, nil, fmt.Errorf("warm up: ten downloads still take %v instead of %v, so the machine is too busy for this", slices.Max(took).Round(time.Millisecond), RTT)
}

// LoseCold loses the nth packet of a connection's first ten downloads, and compares them with
// another connection's first ten. Whose bytes come first is chance there, so both are in the
// order in which they ended.
func LoseCold(ctx context.Context, n *network.Network, rival Rival, nth int) (loss Loss, err error) {
	calm, err := rival.open(ctx, n)
	if err != nil {
		return Loss{}, err
	}
	defer calm.Close()
	if loss.Without, err = have(ctx, calm, Size); err != nil {
		return Loss{}, err
	}
	c, err := rival.open(ctx, n)
	if err != nil {
		return Loss{}, err
	}
	defer c.Close()
	if loss.With, err = losing(ctx, n, c, nth); err != nil {
		return Loss{}, err
	}
	slices.Sort(loss.Without)
	slices.Sort(loss.With)
	return loss, nil
}

// losing has the ten downloads while a packet is lost.
func losing(ctx context.Context, n *network.Network, c connection, nth int) ([]time.Duration, error) {
	fallen := n.DropLonger(nth, 1000, false) // what is shorter only acknowledges
	ended, err := have(ctx, c, Size)
	if err != nil {
		return nil, err
	}
	select {
	case <-fallen:
		return ended, nil
	default:
		return nil, fmt.Errorf("lose packet %d: so many did not come", nth)
	}
}
