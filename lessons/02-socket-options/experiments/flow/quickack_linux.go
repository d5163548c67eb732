package flow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// QuickAck measures on the link how long a receiver takes to acknowledge.
var QuickAck = experiment.Experiment{
	Name:     "quickack",
	Subjects: []string{"TCP_QUICKACK"},
	About:    "How long a receiver keeps its acknowledgement back",
	Do:       quickAck,
}

func quickAck(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return err
	}
	defer link.Close()
	p, err := connect(ctx, link)
	if err != nil {
		return err
	}
	defer p.Close()
	far := receiver{ctx, p, make(chan lab.Packet, 256)}
	defer link.Tap(func(p lab.Packet) {
		select {
		case far.packets <- p:
		default: // nobody measures
		}
	})()

	var took [3]time.Duration
	for i, step := range []struct {
		name    string
		prepare func() error
	}{
		{"TCP_QUICKACK = 0, acknowledged after", func() error { return far.quick(0) }},
		{"TCP_QUICKACK = 1, acknowledged after", func() error { return far.quick(1) }},
		{"and after a conversation", far.converse},
	} {
		if took[i], err = far.usual(step.prepare); err != nil {
			return err
		}
		r.Add(step.name, took[i])
	}
	const least = 30 * time.Millisecond // the kernel waits for 40 ms, give or take a tick
	r.Shown = took[0] >= least && took[1] < took[0] && took[2] >= least

	const setting = "and with ip route ... quickack 1"
	if err := quickRoute(ctx, link); errors.Is(err, exec.ErrNotFound) {
		r.Add(setting, err) // the rest holds without it
	} else if err != nil {
		return err
	} else {
		onRoute, err := far.usual(far.converse)
		if err != nil {
			return err
		}
		r.Add(setting, onRoute)
		r.Shown = r.Shown && onRoute < least
	}
	r.Says = "A receiver waits because an answer of its own could carry the acknowledgement. You can forbid that, but only until the kernel sees a conversation. On a route you can forbid it for good."
	return nil
}

// quickRoute forbids waiting to every connection of the server that goes to the client's
// network (ip-route(8)).
func quickRoute(ctx context.Context, link *lab.Link) error {
	cmd := link.Server.Command(ctx, "ip", "route", "change", "10.0.0.0/24", "dev", "link", "src", lab.ServerAddr.String(), "quickack", "1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip route change: %w %s", err, out)
	}
	return nil
}

// A receiver has the server's end of a connection.
type receiver struct {
	ctx     context.Context
	pair    *experiment.Pair
	packets chan lab.Packet // as they enter the link
}

var message = []byte("hello, wire\n")

func (r receiver) quick(on int) error {
	return experiment.Control(r.pair.Server, func(fd int) error {
		return os.NewSyscallError("setsockopt TCP_QUICKACK", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_QUICKACK, on))
	})
}

// converse answers a few messages.
func (r receiver) converse() error {
	for range 4 {
		_, asking := r.pair.Client.Write(message)
		_, reading := io.ReadFull(r.pair.Server, make([]byte, len(message)))
		_, answering := r.pair.Server.Write(message)
		_, hearing := io.ReadFull(r.pair.Client, make([]byte, len(message)))
		if err := errors.Join(asking, reading, answering, hearing); err != nil {
			return err
		}
	}
	return nil
}

// usual is the median of five times.
func (r receiver) usual(prepare func() error) (time.Duration, error) {
	var took [5]time.Duration
	for i := range took {
		err := prepare()
		if err == nil {
			took[i], err = r.acknowledges()
		}
		if err != nil {
			return 0, err
		}
	}
	slices.Sort(took[:])
	return took[len(took)/2], nil
}

// acknowledges lets the client send a message, and measures on the link how long after it
// the acknowledgement comes.
func (r receiver) acknowledges() (time.Duration, error) {
	for len(r.packets) > 0 {
		<-r.packets
	}
	if _, err := r.pair.Client.Write(message); err != nil {
		return 0, err
	}
	var sent lab.Packet
	for {
		select {
		case <-r.ctx.Done():
			return 0, context.Cause(r.ctx)
		case p := <-r.packets:
			switch {
			case p.ToServer && len(p.Payload) > 0 && sent.Time.IsZero():
				sent = p
			case !p.ToServer && !sent.Time.IsZero() && p.Ack == sent.Seq+uint32(len(message)):
				_, err := io.ReadFull(r.pair.Server, make([]byte, len(message)))
				return p.Time.Sub(sent.Time), err
			}
		}
	}
}
