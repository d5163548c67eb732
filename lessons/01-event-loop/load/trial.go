package load

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"time"

	"onthewire/lessons/internal/measure"
)

// A Server is a program that echoes. Its command may hold {port}, which becomes the number
// of a free one. Without it, the program says "listening on HOST:PORT".
type Server struct {
	Name    string
	Command []string
}

// A Trial is what a server did under a plan, and what that took.
type Trial struct {
	Result
	CPU       time.Duration // of the server, for all messages
	CPUKnown  bool
	Idle      float64 // bytes of memory for each silent connection
	IdleKnown bool
	Opened    int // connections

	// What others took meanwhile of the server's CPU, and of ours.
	Before, After [2]measure.Look
}

const (
	warmUp    = 200 * time.Millisecond
	startTime = 10 * time.Second // for a server to say where it listens
	settled   = 20 * time.Millisecond
)

// Start starts the server on a CPU and waits until it accepts.
func (s Server) Start(ctx context.Context, cpu int) (p *measure.Process, address string, err error) {
	port, asked, err := s.port()
	if err != nil {
		return nil, "", err
	}
	var words []string
	for _, word := range s.Command {
		words = append(words, strings.ReplaceAll(word, "{port}", port))
	}
	p, err = measure.Start(ctx, cpu, words[0], words[1:]...)
	if err != nil {
		return nil, "", err
	}
	starting, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if asked {
		address = net.JoinHostPort("127.0.0.1", port)
		err = p.Accepts(starting, address)
	} else {
		address, err = p.Listening(starting)
	}
	if err == nil {
		return p, address, nil
	}
	p.Kill()
	if errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("it does not accept after %v", startTime)
	}
	return nil, "", err
}

// port finds a free one for a server that has to be told.
func (s Server) port() (port string, asked bool, err error) {
	if !strings.Contains(strings.Join(s.Command, " "), "{port}") {
		return "", false, nil
	}
	free, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return "", false, err
	}
	defer free.Close()
	_, port, err = net.SplitHostPort(free.Addr().String())
	return port, true, err
}

// Try starts the server on one CPU, connects the clients of the plan from this process,
// which should be on another one, looks what they cost while they are silent, and then
// lets them talk for so long. The server is killed afterwards.
func Try(ctx context.Context, server Server, plan Plan, long time.Duration, serverCPU, ourCPU int) (Trial, error) {
	p, address, err := server.Start(ctx, serverCPU)
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
	look := func() [2]measure.Look {
		return [2]measure.Look{measure.LookAt(p.PID(), serverCPU), measure.LookAt(os.Getpid(), ourCPU)}
	}
	t.Before = look()
	t.Result, err = clients.Run(ctx, long)
	t.After = look()
	t.CPU, t.CPUKnown = t.After[0].CPU-t.Before[0].CPU, t.After[0].Known
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
