package prose

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

const timeout = 20 * time.Second

// Programs returns a Run that builds the programs of the lessons and runs them in root. A
// server does not end by itself, so it has no place here.
func Programs(root string) func(lesson int, args []string) (output string, status int, err error) {
	built := map[int]bool{}
	return func(lesson int, args []string) (string, int, error) {
		program := fmt.Sprintf("bin/lesson%d", lesson)
		if !built[lesson] {
			if err := build(root, lesson); err != nil {
				return "", 0, err
			}
			built[lesson] = true
		}
		ctx, cancel := context.WithTimeout(context.Background(), timeout)
		defer cancel()
		cmd := exec.CommandContext(ctx, program, args...)
		cmd.Dir = root
		cmd.Env = append(os.Environ(), "NO_COLOR=1", "LC_ALL=C.UTF-8")
		cmd.WaitDelay = time.Second // children of its own may hold on to the output
		output, err := cmd.CombinedOutput()
		if ctx.Err() != nil {
			return "", 0, fmt.Errorf("%s has not ended in %v; fence what does not end by itself ```console seen, and date it", program, timeout)
		}
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			return string(output), exit.ExitCode(), nil
		}
		return string(output), 0, err
	}
}

// build lets make build the program, as the reader does.
func build(root string, lesson int) error {
	cmd := exec.Command("make", "-s", "lesson", strconv.Itoa(lesson), "ARGS=--help")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "MAKEFLAGS=") // not as a part of make sync
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("make lesson %d: %w; repair it first:\n%s", lesson, err, output)
	}
	return nil
}
