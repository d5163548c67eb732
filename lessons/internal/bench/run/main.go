// Command run is what make bench calls, at the root. It takes the names of comparisons, or none for
// all. QUICK=1 takes a tenth of the time and writes nothing, FULL=1 adds those that take minutes.
// The word draw has it draw the committed results again, and measure nothing.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"onthewire/lessons/internal/bench"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	folder := filepath.Join("docs", "results")
	if slices.Equal(os.Args[1:], []string{"draw"}) {
		if err := bench.Draw(folder, bench.All()); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	chosen, err := choose(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	b := bench.Bench{
		Quick: os.Getenv("QUICK") != "", Full: os.Getenv("FULL") != "",
		Folder: folder, Out: os.Stdout, Err: os.Stderr, Start: start,
	}
	if err := b.Run(ctx, chosen); err != nil {
		if !errors.Is(err, context.Canceled) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		os.Exit(1)
	}
}

func choose(names []string) (chosen []bench.Comparison, err error) {
	all := bench.All()
	if len(names) == 0 {
		return all, nil
	}
	var known []string
	for _, c := range all {
		known = append(known, c.Name)
	}
	for _, name := range names {
		i := slices.Index(known, name)
		if i < 0 {
			return nil, fmt.Errorf("bench: there is no %q; there are %s", name, strings.Join(known, ", "))
		}
		c := all[i]
		c.Full = false // it was asked for
		chosen = append(chosen, c)
	}
	return chosen, nil
}

// start is a lesson's program, which make has built.
func start(ctx context.Context, lesson string, args []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join("bin", "lesson"+lesson), args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}
