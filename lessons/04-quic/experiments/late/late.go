// Package late has an experiment with frames that are worthless when they come late.
package late

import (
	"context"
	"fmt"
	"time"

	"onthewire/lessons/04-quic/experiments/together"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// Late speaks on the telephone in four ways, all at once over one link that loses packets.
var Late = experiment.Experiment{
	Name:     "late",
	Subjects: []string{"DATAGRAM (RFC 9221)", "EnableDatagrams", "SendDatagram", "head-of-line blocking"},
	About:    "Calls over a link that loses two packets in a hundred, and which frames come late",
	Do:       late,
}

const (
	calls  = 8                     // of each kind, at once
	frames = 60                    // of a call
	apart  = 20 * time.Millisecond // as most calls are cut up
	size   = 160                   // bytes of a frame: 64 kbit/s
	oneWay = 25 * time.Millisecond
	loss   = 0.02

	// inTime is how old a frame may be when it comes. Then its successor is due.
	inTime = oneWay + apart
)

// late speaks again, three times at most, where datagrams came late: no loss can do that, so the
// machine was busy.
func late(ctx context.Context, r *experiment.Report) error {
	for range 4 {
		found, missing, err := onLink(ctx)
		if err != nil {
			return err
		}
		r.Rows = nil
		if missing != nil {
			r.Add(overTCP.name, missing)
		}
		for _, f := range found {
			r.Add(f.name, fmt.Sprintf("%3d late, %3d never", f.late, f.never))
		}
		r.Add("of how many each", calls*frames)
		var busy bool
		if r.Shown, busy = judge(found); !busy {
			break
		}
		r.Progress("once more: the machine was busy")
	}
	r.Says = "One lost frame makes those behind it late, where they share a stream. A datagram that is lost is lost alone, and is not sent again."
	return nil
}

// onLink also tells why there is no TCP, where there is none.
func onLink(ctx context.Context) (found []tally, missing error, err error) {
	n, err := network.Open(oneWay)
	if err != nil {
		return nil, nil, err
	}
	defer n.Close()
	if n.Missing != nil {
		missing = n.Missing
	}
	kinds := []*kind{&oneStream, &streamEach, &datagrams}
	if n.Link != nil {
		kinds = append([]*kind{&overTCP}, kinds...)
	}
	found, err = compare(ctx, n, kinds, func() error { return n.Set(lab.Way{Delay: oneWay, Loss: loss}) })
	return found, missing, err
}

func judge(found []tally) (shown, busy bool) {
	late, never := make(map[string]int), make(map[string]int)
	for _, f := range found {
		late[f.name], never[f.name] = f.late, f.never
	}
	noise := late[datagrams.name]
	shown = late[oneStream.name] > noise && never[oneStream.name]+never[streamEach.name] == 0 && never[datagrams.name] > 0
	if over, known := late[overTCP.name]; known {
		shown = shown && over > noise
	}
	return shown, noise > calls*frames/100
}

// compare lets all calls of these kinds begin on a link that loses nothing yet, and speak when it
// does.
func compare(ctx context.Context, n *network.Network, kinds []*kind, lose func() error) (found []tally, err error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	all := make([]*call, len(kinds)*calls)
	defer func() {
		for _, c := range all {
			if c != nil {
				c.end()
			}
		}
	}()
	err = together.Run(len(all), func(i int) (err error) {
		k := kinds[i/calls]
		if all[i], err = k.begin(ctx, n); err != nil {
			err = fmt.Errorf("%s: %w", k.name, err)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := lose(); err != nil {
		return nil, err
	}
	err = together.Run(len(all), func(i int) error {
		return all[i].speak(ctx, time.Duration(i)*apart/time.Duration(len(all)))
	})
	if err != nil {
		return nil, err
	}
	for i, c := range all {
		if i%calls == 0 {
			found = append(found, tally{name: kinds[i/calls].name})
		}
		found[len(found)-1].add(c)
	}
	return found, nil
}
