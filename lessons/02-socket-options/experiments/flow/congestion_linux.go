package flow

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// Congestion sends over a link that loses every hundredth packet, with one congestion control
// after the other.
var Congestion = experiment.Experiment{
	Name:     "congestion",
	Subjects: []string{"TCP_CONGESTION"},
	About:    "The same losses, and two ideas of what a loss means",
	Do:       congestion,
}

func congestion(ctx context.Context, r *experiment.Report) (err error) {
	return experiment.Steadily(r, func() error { return compare(ctx, r) })
}

func compare(ctx context.Context, r *experiment.Report) (err error) {
	const oneWay = 25 * time.Millisecond
	link, err := lab.Open(lab.Way{Delay: oneWay, Rate: 50e6}, lab.Way{Delay: oneWay})
	if err != nil {
		return err
	}
	defer link.Close()
	defer loseEvery(100, link.ToServer)()
	moved := map[string]int{}
	for _, name := range []string{"reno", "bbr"} {
		if moved[name], err = carry(ctx, link, name); err != nil {
			return err
		}
		r.Add(name+", bytes that arrived in a second", moved[name])
	}
	r.Shown = moved["bbr"] > moved["reno"]
	r.Says = "To reno a lost packet means that the link is full, so it halves its window. bbr measures how fast bytes arrive, and one loss in a hundred changes little in that."
	return nil
}

// loseEvery drops every nth packet that has bytes in it, until it is stopped. Chance would
// spare one sender and hit the other.
func loseEvery(n int, direction *lab.Direction) (stop func()) {
	done := make(chan struct{})
	var losing sync.WaitGroup
	losing.Go(func() {
		for {
			fell := direction.Drop(n, func(p lab.Packet) bool { return len(p.Payload) > 0 })
			select {
			case <-fell:
			case <-done:
				return
			}
		}
	})
	return func() { close(done); losing.Wait() }
}

// carry sends for a second and counts what arrives.
func carry(ctx context.Context, link *lab.Link, control string) (bytes int, err error) {
	p, err := connect(ctx, link)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	err = experiment.Control(p.Client, func(fd int) error {
		return os.NewSyscallError("setsockopt TCP_CONGESTION "+control,
			unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, control))
	})
	switch {
	case errors.Is(err, unix.ENOENT):
		return 0, &experiment.Unavailable{Why: err.Error(), Remedy: "load it: sudo modprobe tcp_" + control}
	case errors.Is(err, unix.EPERM):
		return 0, &experiment.Unavailable{Why: err.Error(), Remedy: "run it as root, or add the name to net.ipv4.tcp_allowed_congestion_control"}
	case err != nil:
		return 0, err
	}

	var sending sync.WaitGroup
	defer sending.Wait()
	defer p.Close()
	sending.Go(func() {
		for chunk := make([]byte, 64<<10); ; {
			if _, err := p.Client.Write(chunk); err != nil {
				return
			}
		}
	})
	p.Server.SetReadDeadline(time.Now().Add(time.Second))
	n, err := io.Copy(io.Discard, p.Server)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = nil
	}
	return int(n), err
}
