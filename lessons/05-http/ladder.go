package main

import (
	"context"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"onthewire/lessons/05-http/load"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

type ladderCommand struct {
	Engines []string      `default:"net/http,goroutines,loop" enum:"net/http,goroutines,loop" help:"Engines of hello: ${enum}. The first is what the others are compared with."`
	Rival   []string      `sep:"none" placeholder:"NAME=COMMAND" help:"One more server; {port} in its command becomes a free port. May be repeated."`
	Conns   int           `default:"64" help:"Connections, with one request under way on each."`
	Rounds  int           `default:"5" help:"How often each server has its turn."`
	For     time.Duration `default:"1s" help:"How long a turn lasts."`
	JSON    bool          `help:"Print JSON."`
}

// Validate says what makes no sense; kong calls it.
func (c ladderCommand) Validate() error {
	switch {
	case c.Conns < 1 || c.Conns > 1000:
		return fmt.Errorf("--conns %d: there must be at least 1 connection and at most 1,000", c.Conns)
	case c.Rounds < 1 || c.Rounds > 1000:
		return fmt.Errorf("--rounds %d: there must be at least 1 round and at most 1,000", c.Rounds)
	case c.For < 10*time.Millisecond || c.For > time.Minute:
		return fmt.Errorf("--for %v: a turn lasts at least 10ms and at most 1m", c.For)
	}
	for _, rival := range c.Rival {
		if name, command, _ := strings.Cut(rival, "="); name == "" || len(name) > 12 || !strings.Contains(command, "{port}") {
			return fmt.Errorf("--rival %s: want NAME=COMMAND with at most 12 letters of name and {port} where the port goes", rival)
		}
	}
	return nil
}

func (c ladderCommand) Run(ctx context.Context) error {
	out := stage.New(os.Stdout)
	var notes []string
	note := func(lines ...string) {
		notes = append(notes, lines...)
		for _, line := range lines {
			if !c.JSON {
				out.Say("%s", line)
			}
		}
	}
	folder, err := os.MkdirTemp("", "ladder")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	place, lines := measure.NewPlace()
	note(lines...)
	servers, err := c.servers(folder)
	if err != nil {
		return err
	}
	servers, lines, err = measure.Available(ctx, servers, place.Server)
	note(lines...)
	if err != nil {
		return err
	}
	comparison := &measure.Comparison{
		Settings: []measure.Setting{{Key: "hello", Name: fmt.Sprintf("GET /, %d connections, one CPU for the server", c.Conns)}},
		Rounds:   c.Rounds, Columns: ladderColumns, Steady: 1, Progress: cli.Progress,
		Done: func(r measure.Result) {
			cli.ProgressDone()
			if !c.JSON {
				fmt.Printf("\n  %s\n\n", r.Name)
				r.Write(os.Stdout, out.Narrow())
			}
		},
	}
	for _, s := range servers {
		comparison.Rivals = append(comparison.Rivals, measure.Rival{Name: s.Name, Turn: func(ctx context.Context, _ string) ([]float64, error) {
			return c.turn(ctx, s, place)
		}})
	}
	err = comparison.Run(ctx)
	cli.ProgressDone()
	if err != nil && ctx.Err() == nil {
		return err
	}
	if err != nil {
		note("Interrupted: this is what was measured so far.")
	}
	note(comparison.Findings()...)
	if line := place.Noise(); line != "" {
		note(line)
	}
	if c.JSON {
		return comparison.WriteJSON(os.Stdout, notes, nil)
	}
	return nil
}

var ladderColumns = []measure.Column{
	{Name: "req/s", Key: "requests_per_second", More: true, Show: measure.Whole},
	{Name: "CPU/req", Key: "cpu_us_per_request", Show: measure.Precise},
}

// servers are hello's engines, nginx where it is installed, and the rivals.
func (c ladderCommand) servers(folder string) (all []measure.Server, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for _, engine := range c.Engines {
		all = append(all, measure.Server{Name: engine, Command: []string{program, "hello", "--engine", engine, "--addr", "127.0.0.1:0"}})
	}
	if nginx, err := exec.LookPath("nginx"); err == nil {
		conf := filepath.Join(folder, "nginx.conf")
		script := fmt.Sprintf("printf '%%s' '%s' > %s; exec %s -p %s -c %s", nginxConf, conf, nginx, folder, conf)
		all = append(all, measure.Server{Name: "nginx", Command: []string{"sh", "-c", script}})
	}
	for _, rival := range c.Rival {
		name, command, _ := strings.Cut(rival, "=")
		all = append(all, measure.Server{Name: name, Command: strings.Fields(command)})
	}
	return all, nil
}

// nginxConf keeps it in one process, and lets a connection have as many requests as it likes.
const nginxConf = `daemon off; master_process off; pid nginx.pid; error_log stderr crit;
events {}
http {
	access_log off; keepalive_requests 1000000000;
	client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
	server { listen 127.0.0.1:{port}; location / { default_type text/plain; return 200 "Hello, World!"; } }
}`

// turn lets one server answer for so long, after a moment in which it warms up.
func (c ladderCommand) turn(ctx context.Context, s measure.Server, place *measure.Place) ([]float64, error) {
	p, address, err := s.Start(ctx, place.Server)
	if err != nil {
		return nil, err
	}
	defer p.Kill()
	clients, err := load.Open(ctx, address, c.Conns)
	if err != nil {
		return nil, err
	}
	defer clients.Close()
	if _, _, err := clients.Run(ctx, min(c.For, 200*time.Millisecond)); err != nil {
		return nil, err
	}
	before := place.Look(p.PID())
	answered, took, err := clients.Run(ctx, c.For)
	after := place.Look(p.PID())
	place.Add(before, after)
	if err != nil {
		return nil, err
	}
	figures := []float64{float64(answered) / took.Seconds(), math.NaN()}
	if after[0].Known {
		figures[1] = float64((after[0].CPU - before[0].CPU).Nanoseconds()) / 1e3 / float64(answered)
	}
	return figures, nil
}
