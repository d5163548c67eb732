// Package measure starts programs in order to measure them, asks the system what they have
// used, and sets them side by side. It also says what the figures are worth. It prints nothing
// but to a writer that it is given.
//
// Read it in this order: process.go (a program on one CPU), process_linux.go (what the
// system tells of it), server.go (a program that serves), place.go (whose CPU is which),
// rounds.go (turns, medians, noise), table.go (several rivals), compare.go (several rivals
// under several settings), report.go (the same for a program).
package measure

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"time"
)

// Anywhere is the CPU of a process that is not pinned.
const Anywhere = -1

// A Process is a program that was started to be measured.
type Process struct {
	cmd      *exec.Cmd
	out, err firstLine
	ended    chan struct{}
	how      error // of its end
}

// Start starts a program that may run on one CPU only, from its first instruction on.
// A Go program then sees one CPU and has GOMAXPROCS=1. On systems that are not Linux, and
// with Anywhere, it runs where it likes. It is killed when ctx is done.
func Start(ctx context.Context, cpu int, program string, args ...string) (*Process, error) {
	p := &Process{
		cmd: exec.CommandContext(ctx, program, args...),
		out: firstLine{line: make(chan string, 1)}, err: firstLine{line: make(chan string, 1)},
		ended: make(chan struct{}),
	}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	p.cmd.WaitDelay = time.Second
	dieWithUs(p.cmd)
	if err := pinned(cpu, p.cmd.Start); err != nil {
		return nil, err
	}
	go func() {
		p.how = p.cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// PID is the kernel's number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Listening waits for the line "listening on HOST:PORT", the first that a server of ours
// prints, and returns the address.
func (p *Process) Listening(ctx context.Context) (string, error) {
	select {
	case line := <-p.out.line:
		address, ok := strings.CutPrefix(line, "listening on ")
		if !ok {
			return "", fmt.Errorf("its first line is %q, which does not say where it listens", line)
		}
		return address, nil
	case <-p.ended:
		return "", p.failure()
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// Accepts waits until somebody listens on the address, for a program that does not tell.
func (p *Process) Accepts(ctx context.Context, address string) error {
	var dialer net.Dialer
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-p.ended:
			return p.failure()
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond): // nothing announces that a port opens
		}
	}
}

// Kill ends the process at once, and waits until it is gone.
func (p *Process) Kill() {
	p.cmd.Process.Kill()
	<-p.ended
}

// failure is why the process has ended: its own words, if it had any.
func (p *Process) failure() error {
	select {
	case line := <-p.err.line:
		return errors.New(line)
	default:
		return fmt.Errorf("it ended without a word: %v", p.cmd.ProcessState)
	}
}

// A firstLine keeps the first line that is written to it and forgets the rest.
type firstLine struct {
	text []byte
	full bool
	line chan string
}

func (f *firstLine) Write(p []byte) (int, error) {
	if f.full {
		return len(p), nil
	}
	text, _, complete := bytes.Cut(p, []byte("\n"))
	f.text = append(f.text, text...)
	if complete || len(f.text) > 4096 {
		f.full = true
		f.line <- string(f.text)
	}
	return len(p), nil
}
