// Package speed has experiments with what datagrams cost.
package speed

import (
	"context"
	"errors"
	"fmt"
	"net"
	"runtime"
	"time"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/measure"
)

// Batches carries datagrams over loopback, one a call and many a call.
var Batches = experiment.Experiment{
	Name:     "batches",
	Subjects: []string{"sendmmsg", "recvmmsg", "UDP_SEGMENT", "UDP_GRO"},
	About:    "Datagrams in a second of CPU, one a call and many a call",
	Do:       compare,
}

// A rival is a way to send, and one to receive.
type rival struct {
	name           string
	sends, listens way
}

const (
	rounds = 5
	turns  = 100 // of a rival in a round, each with many datagrams
)

func compare(ctx context.Context, r *experiment.Report) error {
	at, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer at.Close()
	// UDP_GRO will be set on this one, so that it gets what was sent in one piece.
	whole, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer whole.Close()
	from, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return err
	}
	defer from.Close()
	defer context.AfterFunc(ctx, func() { at.Close(); whole.Close(); from.Close() })()
	rivals, err := newRivals(from, at, whole)
	if err != nil {
		return err
	}
	at.SetReadDeadline(time.Now().Add(time.Minute)) // should one be lost
	whole.SetReadDeadline(time.Now().Add(time.Minute))
	table := measure.Table{Columns: []measure.Column{{More: true}}}
	for _, rival := range rivals {
		table.Rivals = append(table.Rivals, rival.name)
	}
	for round := range rounds {
		r.Progress("round %d of %d", round+1, rounds)
		for _, rival := range measure.Rotated(rivals, round) {
			perSecond, err := rival.run()
			if err != nil {
				return fmt.Errorf("%s: %w", rival.name, err)
			}
			table.Add(rival.name, perSecond)
		}
	}
	for _, name := range table.Rivals {
		r.Add(name, fmt.Sprintf("%9.0f  x%.1f", table.Median(name, 0), table.Ratio(name, 0)))
	}
	r.Shown = table.Ratio("batches of 50", 0) > 1 && table.Ratio("GSO and GRO, 50 a call", 0) >= 3
	r.Says = "A batch saves calls. With GSO the fifty also go through the kernel as one, since loopback leaves them uncut."
	return nil
}

func newRivals(from, at, whole *net.UDPConn) ([]rival, error) {
	cut, err := newSegments(from, at, false)
	if err != nil {
		return nil, err
	}
	inOnePiece, err := newSegments(from, whole, true)
	if err != nil {
		return nil, &experiment.Unavailable{Why: err.Error(), Remedy: "it takes Linux 5.0"}
	}
	one := newOneByOne(from, at)
	batch, single := newBatches(from, at, many), newBatches(from, at, 1)
	return []rival{
		{"one a call", one, one},
		{"a batch of one", single, single},
		{"batches of 50", batch, batch},
		{"GSO, received one a call", cut, one},
		{"GSO, received in batches", cut, batch},
		{"GSO and GRO, 50 a call", inOnePiece, inOnePiece},
	}, nil
}

// run carries datagrams, and tells how many a second of CPU carries. One thread does both
// ends, so that its clock counts all of it.
func (r rival) run() (perSecond float64, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	thread := measure.ThreadID()
	before, known := measure.ThreadCPU(thread)
	if !known {
		return 0, errors.New("the CPU time of a thread is not known")
	}
	for range turns {
		if err := r.sends.send(); err != nil {
			return 0, err
		}
		for heard := 0; heard < many; {
			n, err := r.listens.receive()
			if err != nil {
				return 0, err
			}
			heard += n
		}
	}
	after, _ := measure.ThreadCPU(thread)
	return many * turns / (after - before).Seconds(), nil
}
