package flow

import (
	"context"
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// Unsent writes to a client that has stopped reading, and counts what the kernel takes for
// it: all that it has room for, or only what it can soon send.
var Unsent = experiment.Experiment{
	Name:     "unsent",
	Subjects: []string{"TCP_NOTSENT_LOWAT"},
	About:    "How much old news waits in front of the newest",
	Do:       unsent,
}

func unsent(ctx context.Context, r *experiment.Report) (err error) {
	free, err := fill(ctx, 0)
	if err != nil {
		return err
	}
	limited, err := fill(ctx, 8<<10)
	if err != nil {
		return err
	}
	r.Add("without it, messages that Write took", free)
	r.Add("with it, 8 KiB", limited)
	r.Shown = limited > 0 && 4*limited < free
	r.Says = "The client has to read all of them before it sees the newest one, and you cannot take back what the kernel has taken."
	return nil
}

// fill writes messages of 1 KiB to somebody who does not read, until Write blocks, and
// counts them.
func fill(ctx context.Context, limit int) (messages int, err error) {
	p, err := experiment.Loopback(ctx)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	if err := p.Server.SetReadBuffer(32 << 10); err != nil { // few of them fit at the client's end
		return 0, err
	}
	if limit > 0 {
		err := experiment.Control(p.Client, func(fd int) error {
			return os.NewSyscallError("setsockopt TCP_NOTSENT_LOWAT", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, limit))
		})
		if err != nil {
			return 0, err
		}
	}
	for message := make([]byte, 1<<10); ; messages++ {
		const blocked = 200 * time.Millisecond // nobody reads, so this long is for ever
		p.Client.SetWriteDeadline(time.Now().Add(blocked))
		_, err := p.Client.Write(message)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return messages, nil
		}
		if err != nil {
			return messages, err
		}
	}
}
