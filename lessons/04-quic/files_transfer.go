package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"time"

	"golang.org/x/term"

	"onthewire/lessons/04-quic/files/progress"
	"onthewire/lessons/04-quic/files/wire"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/stage"
)

// A plan is what there is to do, as far as we know by now: get knows the end of it when it is
// well on its way.
type plan struct {
	mu    sync.Mutex
	size  int64
	files int
	there int // others, already as they should be
}

// add takes a file, and tells whether there is something to do.
func (p *plan) add(f wire.Header, there bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if there {
		p.there++
		return false
	}
	p.files++
	p.size += f.Size
	return true
}

func (p *plan) look() (files int, size int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.files, p.size
}

// transfer does it, with a line that says how far it has come and a last one that says what
// came of it.
func (v *visit) transfer(ctx context.Context, p *plan, do func() error) error {
	begun := time.Now()
	stop := v.watch(p)
	err := do()
	stop()
	if ctx.Err() != nil {
		fmt.Fprintf(os.Stderr, "what has come is kept, go on with %s\n", command())
		return context.Canceled
	}
	if err != nil {
		return v.advise(err)
	}
	if p.files == 0 {
		fmt.Printf("nothing to do: %s there already\n", count(p.there))
		return nil
	}
	took, moved := time.Since(begun), v.Bytes.Load()
	fmt.Printf("%s, %s bytes in %s", count(p.files), stage.Number(moved), stage.Time(took))
	if moved >= 1<<20 { // of less, a rate says nothing
		fmt.Printf(", %s", progress.Speed(float64(moved)/took.Seconds()))
	}
	if p.there > 0 {
		fmt.Printf("; %s there already", count(p.there))
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
func (v *visit) watch(p *plan) (stop func()) {
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
				now := progress.State{Have: v.Have.Load(), Files: int(v.Files.Load()), Rate: meter.Rate(at, v.Bytes.Load())}
				if now.All, now.Size = p.look(); now.All > 0 {
					cli.Progress("%s", now.Line(columns()))
				}
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
