package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"os"
	"slices"
	"strconv"
	"time"

	"onthewire/lessons/05-http/load"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type tunnelsCommand struct {
	Rounds int           `default:"5" help:"How often each way has its turn."`
	For    time.Duration `default:"1s" help:"How long a turn lasts."`
	Conns  []int         `default:"1,4" help:"How many download at once."`
	Idle   int           `default:"1000" help:"How many idle tunnels to open."`
	JSON   bool          `help:"Print the turns as JSON."`
}

// Validate says what makes no sense; kong calls it.
func (c tunnelsCommand) Validate() error {
	switch {
	case c.Rounds < 1 || c.Rounds > 1000:
		return fmt.Errorf("--rounds %d: there must be at least 1 round and at most 1,000", c.Rounds)
	case c.For < 10*time.Millisecond || c.For > time.Minute:
		return fmt.Errorf("--for %v: a turn lasts at least 10ms and at most 1m", c.For)
	case c.Idle < 1 || c.Idle > 100_000:
		return fmt.Errorf("--idle %d: there must be at least 1 tunnel and at most 100,000", c.Idle)
	}
	for i, n := range c.Conns {
		if n < 1 || n > 1000 || slices.Contains(c.Conns[:i], n) {
			return fmt.Errorf("--conns %d: each number once, at least 1 connection and at most 1,000", n)
		}
	}
	return nil
}

// Run has the proxy in a process of its own. The clients and the origin are here, and nobody is
// pinned. CPU/MB is what all three take, so where nobody waits for a CPU, MB/s may do better.
func (c tunnelsCommand) Run(ctx context.Context) error {
	origin, err := load.Sink(ctx)
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(origin)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	proxy := measure.Server{Name: "proxy", Command: []string{program, "proxy", "--quiet", "--addr", "127.0.0.1:0", "--allow", "127.0.0.1", "--connect-port", port}}
	process, address, err := proxy.Start(ctx, measure.Anywhere)
	if err != nil {
		return err
	}
	defer process.Kill()
	out := stage.New(os.Stdout)
	comparison := &measure.Comparison{
		Rounds: c.Rounds, Columns: tunnelColumns, Progress: cli.Progress,
		Rivals: []measure.Rival{
			{Name: "direct", Turn: func(ctx context.Context, conns string) ([]float64, error) {
				return c.turn(ctx, conns, nil, func() (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "tcp", origin) })
			}},
			{Name: "tunnel", Turn: func(ctx context.Context, conns string) ([]float64, error) {
				return c.turn(ctx, conns, process, func() (net.Conn, error) { return load.Through(ctx, address, origin) })
			}},
		},
		Done: func(r measure.Result) {
			cli.ProgressDone()
			if !c.JSON {
				fmt.Printf("\n  %s\n\n", r.Name)
				r.Write(os.Stdout, out.Narrow())
			}
		},
	}
	for _, n := range c.Conns {
		comparison.Settings = append(comparison.Settings, measure.Setting{Key: strconv.Itoa(n), Name: fmt.Sprintf("Connections that download at once: %d", n)})
	}
	err = comparison.Run(ctx)
	cli.ProgressDone()
	if err != nil {
		return err
	}
	if c.JSON {
		return comparison.WriteJSON(os.Stdout, nil, nil)
	}
	idle, err := c.idle(ctx, process.PID(), address, origin)
	if err == nil {
		out.Say("%s", idle)
	}
	return err
}

var tunnelColumns = []measure.Column{
	{Name: "MB/s", Key: "megabytes_per_second", More: true, Show: measure.Whole},
	{Name: "CPU/MB", Key: "cpu_us_per_megabyte", Show: measure.Micros},
	{Name: "proxy's", Key: "proxy_cpu_us_per_megabyte", Show: measure.Micros},
}

// turn downloads for so long, over so many connections.
func (c tunnelsCommand) turn(ctx context.Context, setting string, proxy *measure.Process, connect func() (net.Conn, error)) ([]float64, error) {
	n, err := strconv.Atoi(setting)
	if err != nil {
		return nil, err
	}
	conns := make([]net.Conn, n)
	for i := range conns {
		conn, err := connect()
		if err != nil {
			return nil, err
		}
		defer conn.Close()
		conns[i] = conn
	}
	used := func() (ours, theirs float64) { // in microseconds
		if l := measure.LookAt(os.Getpid(), measure.Anywhere); l.Known {
			ours = float64(l.CPU.Microseconds())
		}
		if proxy == nil {
			return ours, 0
		}
		return ours, float64(measure.LookAt(proxy.PID(), measure.Anywhere).CPU.Microseconds())
	}
	ours, theirs := used()
	got, took, err := load.Download(ctx, conns, c.For)
	if err != nil {
		return nil, err
	}
	megabytes := float64(got) / 1e6
	figures := []float64{megabytes / took.Seconds(), math.NaN(), math.NaN()}
	oursNow, theirsNow := used()
	if oursNow > ours {
		figures[1] = (oursNow - ours + theirsNow - theirs) / megabytes
	}
	if theirsNow > theirs {
		figures[2] = (theirsNow - theirs) / megabytes
	}
	return figures, nil
}

// idle opens tunnels, lets each carry a byte to and fro, and asks the system what they cost.
func (c tunnelsCommand) idle(ctx context.Context, pid int, proxy, origin string) (string, error) {
	n, fewer := c.Idle, ""
	if most := (measure.MaxDescriptors() - 100) / 2; n > most { // each has two ends here, and two there
		fewer, n = measure.FewerThan(n, most)+" ", most
	}
	memory, known := measure.Memory(pid)
	before, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if !known || err != nil {
		return "What an idle tunnel costs only Linux tells.", nil
	}
	for i := range n {
		if i%100 == 0 {
			cli.Progress("idle tunnels: %d of %d", i, n)
		}
		conn, err := load.Through(ctx, proxy, origin)
		if err != nil {
			return "", fmt.Errorf("idle tunnel %d: %w", i+1, err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(10 * time.Second))
		said := []byte("x")
		if _, err := conn.Write(said); err != nil {
			return "", err
		}
		if _, err := io.ReadFull(conn, said); err != nil {
			return "", err
		}
	}
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-time.After(time.Second): // until the proxy has closed those of the downloads
	}
	cli.ProgressDone()
	now, _ := measure.Memory(pid)
	after, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s%s idle tunnels: %.1f KB of memory and %.1f descriptors of the proxy each.", fewer, measure.Whole(float64(n)),
		float64(now-memory)/1e3/float64(n), float64(len(after)-len(before))/float64(n)), nil
}
