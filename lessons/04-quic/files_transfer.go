package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"time"

	"golang.org/x/term"

	"onthewire/lessons/04-quic/files/progress"
	"onthewire/lessons/04-quic/files/wire"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

// transfer does it, with a line that says how far it has come and a last one that says what
// came of it. There are so many files already as they should be.
func (v *visit) transfer(ctx context.Context, files []wire.Header, there int, do func() error) error {
	if len(files) == 0 {
		fmt.Printf("nothing to do: %s there already\n", count(there))
		return nil
	}
	begun := time.Now()
	stop := v.watch(files)
	err := do()
	stop()
	if ctx.Err() != nil {
		fmt.Fprintf(os.Stderr, "what has come is kept, go on with %s\n", command())
		return context.Canceled
	}
	if err != nil {
		return v.advise(err)
	}
	took, moved := time.Since(begun), v.Bytes.Load()
	fmt.Printf("%s, %s bytes in %s", count(len(files)), stage.Number(moved), stage.Time(took))
	if moved >= 1<<20 { // of less, a rate says nothing
		fmt.Printf(", %s", progress.Speed(float64(moved)/took.Seconds()))
	}
	if there > 0 {
		fmt.Printf("; %s there already", count(there))
	}
	fmt.Println()
	return nil
}

func count(files int) string {
	if files == 1 {
		return "1 file"
	}
	return stage.Number(files) + " files"
}

// watch draws the line until it is stopped.
func (v *visit) watch(files []wire.Header) (stop func()) {
	now := progress.State{All: len(files)}
	for _, f := range files {
		now.Size += f.Size
	}
	done, over := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(over)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		var meter progress.Meter
		meter.Rate(time.Now(), 0)
		for {
			select {
			case at := <-tick.C:
				now.Have, now.Files, now.Rate = v.Have.Load(), int(v.Files.Load()), meter.Rate(at, v.Bytes.Load())
				cli.Progress("%s", now.Line(columns()))
			case <-done:
				cli.ProgressDone()
				return
			}
		}
	}()
	return func() { close(done); <-over }
}

// columns is how wide the terminal is now, since windows change.
func columns() int {
	if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && width > 0 {
		return width
	}
	width, _ := strconv.Atoi(os.Getenv("COLUMNS"))
	return cmp.Or(width, 80)
}
