// Package try is the command with which a person runs the experiments of a lesson.
package try

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

// A Command is what the try command of a lesson embeds. Its Run is one line:
//
//	return c.Try(ctx, "lesson2", experiments.All())
type Command struct {
	List bool   `help:"List the experiments."`
	JSON bool   `name:"json" help:"Print JSON, an object an experiment."`
	Name string `arg:"" optional:"" help:"Which one, or all of them: all."`
}

// Try does what the command line says with the experiments of that program.
func (c Command) Try(ctx context.Context, program string, all []experiment.Experiment) error {
	if c.List || c.Name == "" {
		return c.list(all)
	}
	if c.Name == "all" {
		lab.Enter() // where that cannot be, those that need it say so themselves
		return c.each(ctx, all)
	}
	e, err := Find(program, all, c.Name)
	if err != nil {
		return err
	}
	lab.Enter()
	report, err := run(ctx, e)
	if c.JSON {
		err = errors.Join(printJSON(e, &report, err), err)
	}
	if err != nil {
		return err
	}
	if !c.JSON {
		show(e, report)
	}
	if !report.Shown {
		return NotShown("try " + e.Name)
	}
	return nil
}

// NotShown is what a command says that was to show something, and has not.
func NotShown(command string) error {
	return fmt.Errorf("%s: this time it did not show; run it again when the machine is idle", command)
}

// Find is the experiment of that name.
func Find(program string, all []experiment.Experiment, name string) (experiment.Experiment, error) {
	if i := slices.IndexFunc(all, func(e experiment.Experiment) bool { return e.Name == name }); i >= 0 {
		return all[i], nil
	}
	names := make([]string, len(all))
	for i, e := range all {
		names[i] = e.Name
	}
	return experiment.Experiment{}, cli.Unknown("experiment", name, names, "see "+program+" try --list")
}

func (c Command) list(all []experiment.Experiment) error {
	s := stage.New(os.Stdout)
	for _, e := range all {
		if !c.JSON {
			s.Item(e.Name, e.About)
		} else if err := printJSON(e, nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// each runs one after the other and says a line about each.
func (c Command) each(ctx context.Context, all []experiment.Experiment) error {
	s := stage.New(os.Stdout)
	var wrong []string
	for _, e := range all {
		begun := time.Now()
		report, err := run(ctx, e)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		no, unavailable := errors.AsType[*experiment.Unavailable](err)
		verdict := "shown, after " + stage.Time(time.Since(begun))
		switch {
		case unavailable:
			verdict = fmt.Sprintf("not possible here: %v; %s", no, no.Advice())
		case err != nil:
			verdict = "failed: " + err.Error()
		case !report.Shown:
			verdict = "did not show"
		}
		if !unavailable && (err != nil || !report.Shown) {
			wrong = append(wrong, e.Name)
		}
		if !c.JSON {
			s.Item(e.Name, verdict)
		} else if err := printJSON(e, &report, err); err != nil {
			return err
		}
	}
	if wrong != nil {
		return fmt.Errorf("try all: %d of %d did not show, try them alone: %s", len(wrong), len(all), strings.Join(wrong, ", "))
	}
	return nil
}

func run(ctx context.Context, e experiment.Experiment) (experiment.Report, error) {
	defer cli.ProgressDone()
	return e.Run(ctx, func(text string) { cli.Progress("%s: %s", e.Name, text) })
}

func show(e experiment.Experiment, r experiment.Report) {
	s := stage.New(os.Stdout)
	s.Title("TRY", e.About, strings.Join(e.Subjects, " · "))
	s.Blank()
	for _, row := range r.Rows {
		s.Row(row.Setting, Figure(row.Seen))
	}
	s.Say("%s", r.Says)
}

// Figure is what was seen, as a person reads it.
func Figure(seen any) string {
	switch seen := seen.(type) {
	case time.Duration:
		return stage.Time(seen)
	case int:
		return stage.Number(seen)
	case bool:
		if seen {
			return "yes"
		}
		return "no"
	case error:
		return experiment.ErrnoName(seen)
	}
	return fmt.Sprint(seen)
}
