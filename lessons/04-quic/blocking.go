package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	"onthewire/lessons/04-quic/blocking"
	"onthewire/lessons/04-quic/network"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type blockingCommand struct {
	Positions []int   `default:"1,2,3,4,5,6,8,10,12,15,20,30,40,60" help:"Which packets to lose, each in a run of its own."`
	Cold      bool    `help:"Lose them on connections that have carried nothing yet."`
	Random    float64 `placeholder:"SHARE" help:"Lose packets at random instead: 0.02 is one in fifty."`
	Runs      int     `default:"7" help:"How often each has its turn with --random; the medians are shown."`
	JSON      bool    `help:"Print JSON."`
}

// Validate says which numbers make no sense; kong calls it.
func (c blockingCommand) Validate() error {
	for _, nth := range c.Positions {
		if nth < 1 || nth > 90 {
			return fmt.Errorf("--positions %d: ten downloads are 90 packets at least, and the first is 1", nth)
		}
	}
	switch {
	case c.Random < 0 || c.Random > 0.1:
		return fmt.Errorf("--random %v: a share of the packets, at most 0.1", c.Random)
	case c.Random > 0 && c.Cold:
		return fmt.Errorf("--random and --cold: only one of them")
	case c.Runs < 1 || c.Runs > 100:
		return fmt.Errorf("--runs %d: at least 1, and at most 100", c.Runs)
	}
	return nil
}

func (c blockingCommand) Run(ctx context.Context) error {
	lab.Enter()               // where that cannot be, Open says why, and simulates
	log.SetOutput(io.Discard) // net/http logs each client that is interrupted
	rivals, missing, err := blockingRivals()
	if err != nil {
		return err
	}
	out := stage.New(os.Stdout)
	if c.Random > 0 {
		err = c.random(ctx, out, rivals)
	} else {
		err = c.positions(ctx, out, rivals)
	}
	if err == nil && missing != nil && !c.JSON {
		out.Say("The other rivals need the TCP of two kernels: %v; %s.", missing, missing.Advice())
	}
	return err
}

// blockingRivals are those that can run here, and why the others can't.
func blockingRivals() ([]blocking.Rival, *experiment.Unavailable, error) {
	n, err := network.Open(blocking.OneWay)
	if err != nil {
		return nil, nil, err
	}
	defer n.Close()
	if n.Missing != nil {
		return []blocking.Rival{blocking.QUIC}, n.Missing, nil
	}
	return []blocking.Rival{blocking.TCP, blocking.HTTP2, blocking.QUIC, blocking.Ten}, nil, nil
}

// positions loses one packet a run.
func (c blockingCommand) positions(ctx context.Context, out *stage.Stage, rivals []blocking.Rival) error {
	lose, before := blocking.Lose, "Each connection has carried a megabyte before"
	if c.Cold {
		lose, before = blocking.LoseCold, "No connection has carried anything before"
	}
	losses, err := everywhere(ctx, len(c.Positions), rivals, func(n *network.Network, rival blocking.Rival, i int) (blocking.Loss, error) {
		return lose(ctx, n, rival, c.Positions[i])
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return c.positionsJSON(rivals, losses)
	}
	out.Say("Ten downloads of %s bytes, and one packet of them is lost. The way is %s there and back. %s.",
		stage.Number(blocking.Size), stage.Time(blocking.RTT), before)
	out.Blank()
	row := func(name string, cell func(rival int) string) {
		line := fmt.Sprintf("  %6s", name)
		for r := range rivals {
			line += fmt.Sprintf("   %-10s", cell(r))
		}
		out.Line("%s", strings.TrimRight(line, " "))
	}
	row("packet", func(r int) string { return rivals[r].Name })
	for i, nth := range c.Positions {
		row(fmt.Sprint(nth), func(r int) string { return marks(losses[i][r]) })
	}
	row("", func(r int) string { return counted(losses, r) })
	out.Say("# is a download that took more than half a round trip longer than without the loss.")
	return nil
}

// marks shows each of the ten.
func marks(loss blocking.Loss) string {
	text := ""
	for number := range loss.With {
		if loss.Late(number) {
			text += "#"
		} else {
			text += "."
		}
	}
	return text
}

// counted is how many have noticed, over all positions.
func counted(losses [][]blocking.Loss, rival int) string {
	least, most := blocking.Downloads, 0
	for _, row := range losses {
		least, most = min(least, row[rival].Noticed()), max(most, row[rival].Noticed())
	}
	if least == most {
		return fmt.Sprintf("%d of ten", most)
	}
	return fmt.Sprintf("%d to %d", least, most)
}

func (c blockingCommand) positionsJSON(rivals []blocking.Rival, losses [][]blocking.Loss) error {
	type row struct {
		Packet  int       `json:"packet"`
		Rival   string    `json:"rival"`
		Noticed int       `json:"noticed"`
		Without []float64 `json:"without_ms"`
		With    []float64 `json:"with_ms"`
	}
	var rows []row
	for i, nth := range c.Positions {
		for r, rival := range rivals {
			loss := losses[i][r]
			rows = append(rows, row{nth, rival.Name, loss.Noticed(), milli(loss.Without...), milli(loss.With...)})
		}
	}
	return json.NewEncoder(os.Stdout).Encode(map[string]any{"rtt_ms": milli(blocking.RTT)[0], "cold": c.Cold, "losses": rows})
}

func milli(times ...time.Duration) (ms []float64) {
	for _, t := range times {
		ms = append(ms, float64(t)/1e6)
	}
	return ms
}

// everywhere gives each rival its turn so many times, on a way of its own. Most of a turn is
// waiting, so four are under way at once.
func everywhere[T any](ctx context.Context, times int, rivals []blocking.Rival, turn func(*network.Network, blocking.Rival, int) (T, error)) ([][]T, error) {
	defer cli.ProgressDone()
	results := make([][]T, times)
	room, ended := make(chan struct{}, 4), make(chan error)
	for i := range results {
		results[i] = make([]T, len(rivals))
		for r, rival := range rivals {
			go func() {
				room <- struct{}{}
				defer func() { <-room }()
				n, err := network.Open(blocking.OneWay)
				if err == nil && ctx.Err() == nil {
					defer n.Close()
					err = experiment.Steadily(&experiment.Report{}, func() (err error) {
						results[i][r], err = turn(n, rival, i)
						return err
					})
				}
				ended <- err
			}()
		}
	}
	var all error
	for done := range times * len(rivals) {
		cli.Progress("%d of %d runs", done, times*len(rivals))
		all = errors.Join(all, <-ended)
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return results, all
}
