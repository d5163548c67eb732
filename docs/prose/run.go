package prose

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const timeout = time.Minute

// busy is what try says if an experiment has not shown what it is about, and what to do then.
const busy = "this time it did not show; run it again when the machine is idle"

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
		output, status, err := run(root, program, args)
		for again := 0; again < 3 && status == 1 && strings.Contains(output, busy); again++ {
			output, status, err = run(root, program, args)
		}
		return output, status, err
	}
}

func run(root, program string, args []string) (string, int, error) {
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
