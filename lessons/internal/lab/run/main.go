// The lab by hand: any command on one host, against another host behind a long link.
package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

func main() {
	cli.Main("lab", "Run a command against a host behind a long link.\n\n"+
		"The host is 10.0.0.2. It echoes on port 7, and http://10.0.0.2/1000 is a page of 1,000 bytes. "+
		"Without a command there is a short demonstration.", new(labCommand))
}

type labCommand struct {
	RTT        time.Duration `name:"rtt" help:"Time there and back, half of it each way."`
	Jitter     time.Duration `help:"Up to so much more each way."`
	Loss       share         `placeholder:"SHARE" help:"Packets that are lost: 1% or 0.01."`
	Burst      float64       `placeholder:"N" help:"Losses come in runs of this mean length."`
	Reorder    share         `placeholder:"SHARE" help:"Packets that others overtake."`
	Rate       size          `placeholder:"BITS" help:"Bits a second: 100M."`
	Queue      size          `placeholder:"BYTES" help:"Bytes that may wait for the rate: 64K. By default what the rate carries in 100 ms."`
	Only       string        `enum:"both,to-server,to-client" default:"both" help:"Where all but the delay happens: both, to-server or to-client."`
	Congestion string        `placeholder:"NAME" help:"Congestion control of both hosts, such as reno."`
	Server     string        `placeholder:"COMMAND" help:"A shell command to run on the other host meanwhile."`
	Capture    string        `placeholder:"FILE" help:"Write the packets for Wireshark (pcapng), with the TLS keys of programs that know SSLKEYLOGFILE."`
	Packets    bool          `help:"Tell of each packet on standard error."`

	Command []string `arg:"" optional:"" passthrough:"partial" help:"The command and its arguments, behind two dashes."`
}

// Validate says which figures make no sense; kong calls it.
func (c *labCommand) Validate() error {
	toServer, toClient := c.ways()
	if err := toServer.Validate(); err != nil {
		return err
	}
	return toClient.Validate()
}

func (c *labCommand) Run(ctx context.Context) error {
	if err := lab.EnterAlone(); err != nil {
		return err
	}
	if len(c.Command) > 0 && c.Command[0] == "--" {
		c.Command = c.Command[1:]
	}
	if len(c.Command) == 0 {
		return demo(ctx)
	}
	err := c.run(ctx)
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		os.Exit(lab.Status(exit.ProcessState)) // the command has said what was wrong
	}
	return err
}

// ways are the two directions as the flags describe them.
func (c *labCommand) ways() (toServer, toClient lab.Way) {
	long := lab.Way{Delay: c.RTT / 2}
	bad := long
	bad.Jitter, bad.Loss, bad.Burst, bad.Reorder = c.Jitter, float64(c.Loss), c.Burst, float64(c.Reorder)
	bad.Rate, bad.Queue = int64(c.Rate), int(c.Queue)
	switch c.Only {
	case "to-server":
		return bad, long
	case "to-client":
		return long, bad
	}
	return bad, bad
}

func (c *labCommand) run(ctx context.Context) (err error) {
	link, err := lab.Open(c.ways())
	if err != nil {
		return err
	}
	defer link.Close()
	for _, host := range []*lab.Host{link.Client, link.Server} {
		if c.Congestion != "" {
			if err := setCongestion(host, c.Congestion); err != nil {
				return err
			}
		}
		host.Congestion = congestion(host) // our own server does as other programs do
	}
	if c.Packets {
		link.Tap(func(p lab.Packet) { fmt.Fprintln(os.Stderr, "lab: "+p.String()+describe(p)) })
	}
	var environment []string
	if c.Capture != "" {
		keys, end, err := capture(link, c.Capture)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, end()) }()
		environment = append(environment, "SSLKEYLOGFILE="+keys)
	}

	if c.Server == "" {
		within, fail := context.WithCancelCause(ctx)
		end, serving := serve(ctx, link.Server, fail)
		if serving != nil {
			return serving
		}
		ctx = within // the command ends when its server breaks
		defer func() { err = cmp.Or(end(), err) }()
	} else {
		stop, starting := start(ctx, link.Server, environment, c.Server)
		if starting != nil {
			return starting
		}
		defer stop()
	}
	said := stage.New(os.Stderr)
	said.Line("lab: client %v to server %v over %v there and back%s, %s", link.Client.Addr, link.Server.Addr, c.RTT, c.faults(), link.Client.Congestion)
	err = program(ctx, link.Client, environment, c.Command[0], c.Command[1:]...).Run()
	tell(said, "to the server", link.ToServer.Counts())
	tell(said, "to the client", link.ToClient.Counts())
	return err
}

// faults names loss and rate, where there is any.
func (c *labCommand) faults() (text string) {
	if c.Loss > 0 {
		text += fmt.Sprintf(", %.4g%% lost", 100*float64(c.Loss))
	}
	if c.Rate > 0 {
		text += fmt.Sprintf(", %.4g Mbit/s", float64(c.Rate)/1e6)
	}
	if text != "" && c.Only != "both" {
		text += " (" + c.Only + " only)"
	}
	return text
}

func describe(p lab.Packet) string {
	if p.Fate != lab.Delivered {
		return " (" + p.Fate.String() + ")"
	}
	return ""
}

func tell(said *stage.Stage, where string, n lab.Counts) {
	line := fmt.Sprintf("lab: %s %d packets, %d bytes", where, n.Packets, n.Bytes)
	for _, fate := range []struct {
		name string
		n    int
	}{{"overtaken", n.Overtaken}, {"lost", n.Lost}, {"overflowed", n.Overflowed}, {"oversized", n.Oversized}} {
		if fate.n > 0 {
			line += fmt.Sprintf(", %d %s", fate.n, fate.name)
		}
	}
	said.Line("%s", line)
}
