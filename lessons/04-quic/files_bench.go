package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type filesBenchCommand struct {
	MiB    int  `name:"mib" default:"1024" help:"How large the file is."`
	Rounds int  `default:"3" help:"How often each has its turn."`
	JSON   bool `help:"Print JSON."`
}

// Validate says which numbers make no sense; kong calls it.
func (c filesBenchCommand) Validate() error {
	return throughputCommand{MiB: c.MiB, Rounds: c.Rounds}.Validate()
}

// Run compares get with what lies below it, from memory to memory, and with rsync where there
// is one. The folder is where TMPDIR says.
func (c filesBenchCommand) Run(ctx context.Context) error {
	folder, err := os.MkdirTemp("", "onthewire")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	b := &bench{folder: folder, bytes: int64(c.MiB) << 20}
	if err := b.prepare(); err != nil {
		return err
	}
	comparison, err := b.comparison(throughputCommand{MiB: c.MiB})
	if err != nil {
		return err
	}
	comparison.Rounds, comparison.Progress = c.Rounds, cli.Progress
	err = comparison.Run(ctx)
	cli.ProgressDone()
	if err != nil && ctx.Err() == nil {
		return err
	}
	if c.JSON {
		return errors.Join(err, comparison.WriteJSON(os.Stdout, b.notes(), func(measure.Setting) map[string]any {
			return map[string]any{"mebibytes": c.MiB}
		}))
	}
	out := stage.New(os.Stdout)
	for _, result := range comparison.Results() {
		draw(out, fmt.Sprintf("%d MiB over loopback", c.MiB), result)
		if note := measure.Unsteady("MB/s of "+result.Rivals[0], result.Values(result.Rivals[0], 0)); note != "" {
			out.Say("%s", note)
		}
	}
	for _, note := range b.notes() {
		out.Say("%s", note)
	}
	return err
}
