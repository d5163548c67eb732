package life

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"time"

	"onthewire/lessons/internal/experiment"
)

// rounds of each setting; the first of a connection is not counted.
const rounds = 5

// Nodelay says one line in two small writes and waits for the answer.
var Nodelay = experiment.Experiment{
	Name:     "nodelay",
	Subjects: []string{"TCP_NODELAY"},
	About:    "Two small writes and a read",
	Do:       nodelay,
}

func nodelay(ctx context.Context, r *experiment.Report) (err error) {
	held, err := exchange(ctx, false, "hello, ", "wire\n")
	if err != nil {
		return err
	}
	free, err := exchange(ctx, true, "hello, ", "wire\n")
	if err != nil {
		return err
	}
	whole, err := exchange(ctx, false, "hello, wire\n")
	if err != nil {
		return err
	}
	r.Add("two writes, TCP_NODELAY 0", held)
	r.Add("two writes, TCP_NODELAY 1", free)
	r.Add("one write,  TCP_NODELAY 0", whole)
	r.Shown = held > 10*free && held > 10*whole
	r.Says = "The second write waits for an acknowledgement, and whoever owes it waits for something to say. The bit ends that, and so does one write."
	return nil
}

// exchange connects to somebody who answers each line with itself, and says the line in
// these parts, a write each. It returns the median time to the answer.
func exchange(ctx context.Context, nodelay bool, parts ...string) (time.Duration, error) {
	pair, err := experiment.Loopback(ctx)
	if err != nil {
		return 0, err
	}
	defer pair.Close()
	go answer(pair.Server)
	if err := pair.Client.SetNoDelay(nodelay); err != nil {
		return 0, err
	}
	answers := bufio.NewReader(pair.Client)
	var took []time.Duration
	for range rounds + 1 {
		begun := time.Now()
		for _, part := range parts {
			if _, err := io.WriteString(pair.Client, part); err != nil {
				return 0, err
			}
		}
		if _, err := answers.ReadString('\n'); err != nil {
			return 0, fmt.Errorf("wait for the answer: %w", err)
		}
		took = append(took, time.Since(begun))
	}
	took = took[1:]
	slices.Sort(took)
	return took[rounds/2], nil
}

func answer(conn net.Conn) {
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		fmt.Fprintln(conn, lines.Text())
	}
}
