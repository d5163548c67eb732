//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"onthewire/lessons/01-event-loop/load"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/measure"
	"onthewire/lessons/internal/stage"
)

const spareDescriptors = 64 // that are no client's

type loadCommand struct {
	Addr     string        `default:"127.0.0.1:9000" help:"HOST:PORT of an echo server."`
	Conns    int           `default:"100" help:"Connections, all opened before the first message."`
	Payload  int           `default:"64" help:"Bytes a message."`
	Pipeline int           `default:"1" help:"Messages under way on each connection."`
	For      time.Duration `default:"5s" help:"How long to send."`
	Sources  int           `default:"0" help:"Source addresses, 127.0.0.1 and up; 0: one for each 20,000 connections."`
	JSON     bool          `help:"Print JSON."`
}

// Validate says which numbers make no sense; kong calls it.
func (c loadCommand) Validate() error {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil || port == "0" {
		return fmt.Errorf("--addr %s: want the HOST:PORT of a server that runs", c.Addr)
	}
	ip := net.ParseIP(host)
	switch {
	case c.Conns < 1 || c.Conns > 1_000_000:
		return fmt.Errorf("--conns %d: there must be at least 1 connection and at most 1,000,000", c.Conns)
	case c.Payload < 1 || c.Payload > 16<<20:
		return fmt.Errorf("--payload %d: a message has at least 1 byte and at most 16 MiB", c.Payload)
	case c.Pipeline < 1 || c.Pipeline > 1024:
		return fmt.Errorf("--pipeline %d: at least 1 message has to be under way and at most 1,024", c.Pipeline)
	case c.For <= 0 || c.For > time.Hour:
		return fmt.Errorf("--for %v: want more than no time and at most an hour", c.For)
	case c.Sources < 0 || c.Sources > 254:
		return fmt.Errorf("--sources %d: there are 127.0.0.1 to 127.0.0.254", c.Sources)
	case c.Sources > 1 && (ip.To4() == nil || !ip.IsLoopback()):
		return fmt.Errorf("--sources %d: only a server on 127.0.0.1 can be reached from 127.0.0.2", c.Sources)
	}
	return nil
}

func (c loadCommand) Run(ctx context.Context) error {
	out := stage.New(os.Stdout)
	if most := measure.MaxDescriptors() - spareDescriptors; c.Conns > most {
		if !c.JSON {
			out.Say("%s", measure.FewerThan(c.Conns, most))
		}
		c.Conns = most
	}
	cli.Progress("opening %s connections to %s", stage.Number(c.Conns), c.Addr)
	defer cli.ProgressDone()
	clients, err := load.Open(ctx, load.Plan{
		Addr: c.Addr, Conns: c.Conns, Payload: c.Payload, Pipeline: c.Pipeline, Sources: c.Sources,
	})
	if err != nil {
		return unreachable(err)
	}
	defer clients.Close()
	begun := time.Now()
	clients.Progress = func(answered int) {
		cli.Progress("%.0f of %v: %s messages answered", time.Since(begun).Seconds(), c.For, stage.Number(answered))
	}
	r, err := clients.Run(ctx, c.For)
	cli.ProgressDone()
	if err != nil {
		return err
	}
	if c.JSON {
		err = c.printJSON(r)
	} else {
		c.print(out, r)
	}
	if err == nil && r.Faults.Any() {
		err = fmt.Errorf("load %s: no faultless echo: %s", c.Addr, r.Faults)
	}
	return err
}

// unreachable tells what to try when nobody could be reached.
func unreachable(err error) error {
	switch {
	case errno.Is(err, syscall.ECONNREFUSED):
		return fmt.Errorf("%w; is the server running? start it with bin/lesson1 serve", err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%w; somebody has the port but does not answer", err)
	case errno.Is(err, syscall.EADDRNOTAVAIL):
		return fmt.Errorf("%w; no source address or port is left, try another --sources", err)
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Errorf("%w; the name is unknown, try --addr 127.0.0.1:9000", err)
	}
	return err
}

var percentiles = []float64{50, 90, 99, 99.9, 99.99, 100}

// print writes in plain ASCII, so that the columns are the same everywhere.
func (c loadCommand) print(out *stage.Stage, r load.Result) {
	out.Blank()
	out.Line("  %s: %s of %s bytes, %d under way on each", c.Addr, connections(c.Conns), stage.Number(c.Payload), c.Pipeline)
	out.Blank()
	row := func(name, format string, args ...any) {
		out.Line("  %-11s %s", name, fmt.Sprintf(format, args...))
	}
	row("answered", "%s messages in %s, %s a second", stage.Number(r.Answered), measure.ASCIITime(r.Took), stage.Number(int(r.PerSecond())))
	row("faults", "%s", r.Faults)
	if r.Answered == 0 {
		return
	}
	size := len(percentiles) // of them in a row
	if out.Narrow() {
		size /= 2
	}
	title := "round trip"
	for some := range slices.Chunk(percentiles, size) {
		var names, times strings.Builder
		for _, p := range some {
			fmt.Fprintf(&names, "%9s", fmt.Sprintf("p%v", p))
			fmt.Fprintf(&times, "%9s", measure.ASCIITime(r.Percentile(p)))
		}
		row(title, "%s", names.String())
		row("", "%s", times.String())
		title = ""
	}
}

func (c loadCommand) printJSON(r load.Result) error {
	trips := map[string]float64{}
	for _, p := range percentiles {
		trips[fmt.Sprintf("p%v", p)] = float64(r.Percentile(p)) / 1e3
	}
	return json.NewEncoder(os.Stdout).Encode(struct {
		Addr        string             `json:"addr"`
		Connections int                `json:"connections"`
		Payload     int                `json:"payload"`
		Pipeline    int                `json:"pipeline"`
		Answered    int                `json:"answered"`
		Seconds     float64            `json:"seconds"`
		PerSecond   float64            `json:"messages_per_second"`
		RoundTrip   map[string]float64 `json:"round_trip_us"`
		Faults      load.Faults        `json:"faults"`
	}{c.Addr, c.Conns, c.Payload, c.Pipeline, r.Answered, r.Took.Seconds(), r.PerSecond(), trips, r.Faults})
}

func connections(n int) string {
	if n == 1 {
		return "1 connection"
	}
	return stage.Count(n) + " connections"
}
