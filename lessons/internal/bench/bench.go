package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"onthewire/lessons/internal/measure"
)

// A Bench measures comparisons one after the other.
type Bench struct {
	Quick  bool   // a tenth of the time; nothing is written
	Full   bool   // with those that take minutes
	Folder string // of the results
	Out    io.Writer
	Err    io.Writer // where the commands tell their progress

	// Start makes the command that measures. The JSON comes from its standard output.
	Start func(ctx context.Context, lesson string, args []string) *exec.Cmd
}

// tooNoisy is from where on a result is not written: rounds of one program that differ so much say
// nothing of two.
const tooNoisy = 0.5

// share is from where on a ratio counts as another one than the committed.
const share = 0.25

var errFailed = errors.New("some of them could not be measured")

// Run measures all. What fails has a line, and the rest goes on; the error then says so.
func (b Bench) Run(ctx context.Context, all []Comparison) error {
	var chosen []Comparison
	left := time.Duration(0)
	for _, c := range all {
		if !c.Full || b.Full {
			chosen = append(chosen, c)
			left += b.takes(c)
		}
	}
	failed := false
	for i, c := range chosen {
		fmt.Fprintf(b.Out, "%d of %d  %s: %s, about %s left\n", i+1, len(chosen), c.Name, c.command(b.Quick), measure.Roughly(left))
		if err := b.one(ctx, c); ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			failed = true
			fmt.Fprintf(b.Out, "   %v\n", err)
		}
		left -= b.takes(c)
	}
	if failed {
		return errFailed
	}
	return nil
}

func (b Bench) takes(c Comparison) time.Duration {
	takes := c.Takes
	if before, err := read(b.Folder, c.Name); err == nil && before.Took > 0 {
		takes = time.Duration(before.Took * float64(time.Second))
	}
	if b.Quick {
		takes /= 10
	}
	return max(takes, time.Second)
}

func (c Comparison) command(quick bool) string {
	return "lesson" + c.Lesson + " " + strings.Join(c.args(quick), " ")
}

func (c Comparison) args(quick bool) []string {
	args := append([]string{}, c.Args...)
	if quick {
		args = append(args, c.Quick...)
	}
	return append(args, "--json")
}

func (b Bench) one(ctx context.Context, c Comparison) error {
	before, err := read(b.Folder, c.Name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		fmt.Fprintf(b.Out, "   %v\n", err)
	}
	begun := time.Now()
	cmd := b.Start(ctx, c.Lesson, c.args(b.Quick))
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, io.MultiWriter(&said, b.Err)
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	if !json.Valid(out.Bytes()) {
		return fmt.Errorf("it prints no JSON: %.60q", out.String())
	}
	now := Result{c.command(b.Quick), today(), measure.ThisMachine(), time.Since(begun).Seconds(), out.Bytes()}
	if len(before.Output) > 0 {
		b.beside(now, before)
	}
	if b.Quick {
		return nil
	}
	if noise, where := now.noise(); noise > tooNoisy {
		fmt.Fprintf(b.Out, "   not written: in %q the rounds of one program differ by %.0f %%; run it again when the machine is quiet\n", where, 100*noise)
		return nil
	}
	if err := now.write(b.Folder, c.Name); err != nil {
		return err
	}
	return now.draw(b.Folder, c)
}

// beside says how this machine differs from the committed result.
func (b Bench) beside(now, before Result) {
	there := before.table().Machine
	if there.CPUs == 0 { // no comparison of rivals
		return
	}
	lines := now.differs(before, share)
	if len(lines) == 0 {
		fmt.Fprintf(b.Out, "   every ratio is within a quarter of that of %s (%s, %d CPUs)\n", before.Date, there.CPU, there.CPUs)
		return
	}
	fmt.Fprintf(b.Out, "   other than on %s (%s, %d CPUs), by more than a quarter:\n", before.Date, there.CPU, there.CPUs)
	for _, line := range lines {
		fmt.Fprintf(b.Out, "     %s\n", line)
	}
}
