package life

import (
	"bufio"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"onthewire/lessons/internal/experiment"
)

// Bufio says a line in two pieces through a bufio.Writer, which makes one write of them if
// they fit its buffer.
var Bufio = experiment.Experiment{
	Name:     "bufio",
	Subjects: []string{"TCP_NODELAY"},
	About:    "A buffer in front of the socket, and a line that does not fit",
	Do:       throughBuffer,
}

func throughBuffer(ctx context.Context, r *experiment.Report) error {
	var took [3]time.Duration
	for i, try := range []struct {
		setting      string
		buffer, line int
	}{
		{"buffer of 4,096 bytes, a line of 100", 4096, 100},
		{"buffer of 4,096 bytes, a line of 5,000", 4096, 5000},
		{"buffer of 8,192 bytes, a line of 5,000", 8192, 5000},
	} {
		var err error
		if took[i], err = sayBuffered(ctx, try.buffer, try.line); err != nil {
			return err
		}
		r.Add(try.setting, took[i])
	}
	r.Shown = took[1] > 10*took[0] && took[1] > 10*took[2]
	r.Says = "What does not fit goes out in two writes, with TCP_NODELAY 0 here, and the second one waits."
	return nil
}

// sayBuffered returns the median time to the answer of a line of that size.
func sayBuffered(ctx context.Context, buffer, size int) (time.Duration, error) {
	pair, err := experiment.Loopback(ctx)
	if err != nil {
		return 0, err
	}
	defer pair.Close()
	go answer(pair.Server)
	if err := pair.Client.SetNoDelay(false); err != nil {
		return 0, err
	}
	out, answers := bufio.NewWriterSize(pair.Client, buffer), bufio.NewReader(pair.Client)
	head := "hello, "
	body := strings.Repeat("w", size-len(head)-1) + "\n"
	var took []time.Duration
	for range rounds + 1 {
		begun := time.Now()
		out.WriteString(head)
		out.WriteString(body)
		if err := out.Flush(); err != nil { // it keeps the first error
			return 0, err
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
