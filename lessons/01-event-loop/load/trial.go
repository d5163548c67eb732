//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package load

import (
	"context"
	"time"

	"onthewire/lessons/internal/measure"
)

// A Trial is what a server did under a plan, and what that took.
type Trial struct {
	Result
	CPU       time.Duration // of the server, for all messages
	CPUKnown  bool
	Idle      float64 // bytes of memory for each silent connection
	IdleKnown bool
	Opened    int // connections
}

const (
	warmUp  = 200 * time.Millisecond
	settled = 20 * time.Millisecond
)

// Try starts the server in its place, connects the clients of the plan from ours, looks what
// they cost while they are silent, and then lets them talk for so long. The server is killed
// afterwards.
func Try(ctx context.Context, server measure.Server, plan Plan, long time.Duration, place *measure.Place) (Trial, error) {
	p, address, err := server.Start(ctx, place.Server)
	if err != nil {
		return Trial{}, err
	}
	defer p.Kill()
	plan.Addr = address
	if err := warm(ctx, plan); err != nil {
		return Trial{}, err
	}
	rest(p.PID())
	empty, _ := measure.Memory(p.PID())

	clients, err := Open(ctx, plan)
	if err != nil {
		return Trial{}, err
	}
	defer clients.Close()
	rest(p.PID())
	full, known := measure.Memory(p.PID())
	t := Trial{Opened: clients.Opened(), IdleKnown: known}
	t.Idle = max(0, float64(full-empty)/float64(t.Opened))

	first, err := clients.Run(ctx, min(warmUp, long))
	if err != nil || first.Faults.Any() {
		t.Result = first
		return t, err
	}
	before := place.Look(p.PID())
	t.Result, err = clients.Run(ctx, long)
	after := place.Look(p.PID())
	place.Add(before, after)
	t.CPU, t.CPUKnown = after[0].CPU-before[0].CPU, after[0].Known
	if err == nil {
		err = ctx.Err()
	}
	return t, err
}

// warm has one client talk for a moment, so that what a server does once is done.
func warm(ctx context.Context, plan Plan) error {
	plan.Conns = 1
	one, err := Open(ctx, plan)
	if err != nil {
		return err
	}
	defer one.Close()
	_, err = one.Run(ctx, settled)
	return err
}

// rest waits until a process uses no more processor time, for two seconds at most.
func rest(pid int) {
	before, known := measure.CPU(pid)
	for end := time.Now().Add(2 * time.Second); known && time.Now().Before(end); {
		time.Sleep(settled)
		after, _ := measure.CPU(pid)
		if after == before {
			return
		}
		before = after
	}
}
