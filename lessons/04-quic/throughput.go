package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"strings"

	"onthewire/lessons/04-quic/throughput"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type throughputCommand struct {
	Loss   bool `help:"Compare congestion controls instead: 100 Mbit/s, 50 ms there and back, without loss and with 1 %."`
	MiB    int  `name:"mib" default:"0" help:"How much one download brings; 0: 64, with --loss 2."`
	Rounds int  `default:"0" help:"How often each has its turn; 0: 5, with --loss 2."`
	JSON   bool `help:"Print JSON."`

	Send  string `hidden:"" help:"Be the sender of this way."`
	Trust string `hidden:"" help:"The folder of the authority that both ends have."`
}

// Validate says which numbers make no sense; kong calls it.
func (c throughputCommand) Validate() error {
	switch {
	case c.MiB < 0 || c.MiB > 1<<16:
		return fmt.Errorf("--mib %d: a download brings at most 65,536 MiB", c.MiB)
	case c.Rounds < 0 || c.Rounds > 1000:
		return fmt.Errorf("--rounds %d: there may be at most 1,000", c.Rounds)
	}
	return nil
}

func (c throughputCommand) Run(ctx context.Context) error {
	if c.Send != "" {
		return c.send(ctx)
	}
	var comparison *measure.Comparison
	var title string
	if c.Loss {
		c.MiB, c.Rounds = or(c.MiB, 2), or(c.Rounds, 2)
		if err := lab.Enter(); err != nil {
			return err
		}
		authority, err := devcert.New()
		if err != nil {
			return err
		}
		if comparison, err = throughput.Lossy(authority, int64(c.MiB)<<20); err != nil {
			return err
		}
		title = fmt.Sprintf("%d MiB at 100 Mbit/s, 50 ms there and back", c.MiB)
	} else {
		c.MiB, c.Rounds = or(c.MiB, 64), or(c.Rounds, 5)
		folder, err := os.MkdirTemp("", "onthewire")
		if err != nil {
			return err
		}
		defer os.RemoveAll(folder)
		if comparison, err = c.loopback(folder); err != nil {
			return err
		}
		title = fmt.Sprintf("%d MiB over loopback", c.MiB)
	}
	comparison.Rounds, comparison.Progress = c.Rounds, cli.Progress
	err := comparison.Run(ctx)
	cli.ProgressDone()
	if err != nil && ctx.Err() == nil {
		return err
	}
	if c.JSON {
		return errors.Join(err, comparison.WriteJSON(os.Stdout, nil, func(measure.Setting) map[string]any {
			return map[string]any{"mebibytes": c.MiB}
		}))
	}
	out := stage.New(os.Stdout)
	for _, result := range comparison.Results() {
		name := title
		if c.Loss {
			name += ", " + result.Name
		}
		draw(out, name, result)
		if note := measure.Unsteady(result.Columns[0].Name+" of "+result.Rivals[0], result.Values(result.Rivals[0], 0)); note != "" {
			out.Say("%s", note)
		}
	}
	if c.Loss {
		out.Say("Each way of the link loses. quic-go's congestion control is Reno, and it has no other.")
	} else if err == nil {
		out.Say("On the right: seconds of CPU for a gibibyte, of either end.")
	}
	return err
}

func or(n, otherwise int) int {
	if n == 0 {
		return otherwise
	}
	return n
}

// loopback compares with senders that are this program again. In the folder they find the
// authority that we trust.
func (c throughputCommand) loopback(folder string) (*measure.Comparison, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	authority, err := devcert.LoadFrom(folder)
	if err != nil {
		return nil, err
	}
	sender := func(way throughput.Way) (string, []string) {
		return program, []string{"throughput", "--send", way.Name, "--trust", folder}
	}
	return throughput.Speed(sender, authority, int64(c.MiB)<<20), nil
}

// send is what the sender's process does.
func (c throughputCommand) send(ctx context.Context) error {
	for _, way := range throughput.Ways {
		if way.Name != c.Send {
			continue
		}
		authority, err := devcert.LoadFrom(c.Trust)
		if err != nil {
			return err
		}
		certificate, err := authority.Certificate()
		if err != nil {
			return err
		}
		if way.NoGSO {
			os.Setenv("QUIC_GO_DISABLE_GSO", "1") // quic-go looks at it for each socket
		}
		return way.Serve(ctx, throughput.Loopback{}, "127.0.0.1:0", certificate, func(at net.Addr) { cli.Listening(at) })
	}
	return fmt.Errorf("no way is called %s", c.Send)
}

// draw shows the medians, the ratio of the first column to its first rival, and a bar for it.
func draw(out *stage.Stage, title string, r measure.Result) {
	const columns = 24
	size := columns
	if out.Narrow() {
		size /= 3
	}
	most := 0.0
	for _, rival := range r.Rivals {
		if v := r.Median(rival, 0); v > most { // false for NaN
			most = v
		}
	}
	out.Blank()
	out.Line("  %s, medians of %d", title, len(r.Values(r.Rivals[0], 0)))
	out.Blank()
	head := fmt.Sprintf("  %-12s %7s %6s  %*s", "", r.Columns[0].Name, "", size, "")
	for _, column := range r.Columns[1:] {
		head += fmt.Sprintf("  %8s", column.Name)
	}
	out.Line("%s", head)
	for _, rival := range r.Rivals {
		if why := r.Dropped(rival); why != "" {
			out.Line("  %-12s %s", rival, why)
			continue
		}
		value := r.Median(rival, 0)
		if math.IsNaN(value) { // interrupted before
			continue
		}
		bar := strings.Repeat("█", max(1, int(math.Round(value/most*float64(size)))))
		line := fmt.Sprintf("  %-12s %7s %6s  %s%s", rival, figure(value), fmt.Sprintf("x%.2f", r.Ratio(rival, 0)),
			bar, strings.Repeat(" ", size-len([]rune(bar))))
		for column := 1; column < len(r.Columns); column++ {
			line += fmt.Sprintf("  %8s", figure(r.Median(rival, column)))
		}
		out.Line("%s", line)
	}
}

// figure writes three digits that count.
func figure(v float64) string {
	switch {
	case math.IsNaN(v):
		return "-"
	case v >= 100:
		return measure.Whole(v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}
