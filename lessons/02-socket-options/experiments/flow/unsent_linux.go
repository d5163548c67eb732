package flow

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"onthewire/lessons/02-socket-options/experiments"
	"onthewire/lessons/internal/lab"

	"golang.org/x/sys/unix"
)

// Unsent tells how old news is when it arrives over a slow link, if the kernel takes all
// that it has room for, and if it takes only what it can soon send.
var Unsent = experiments.Experiment{
	Name:    "unsent",
	Options: []string{"TCP_NOTSENT_LOWAT"},
	About:   "How old the newest bytes are on a slow link",
	Run:     unsent,
}

func unsent(ctx context.Context) (report experiments.Report, err error) {
	const oneWay = 10 * time.Millisecond
	link, err := lab.Open(lab.Way{Delay: oneWay, Rate: 4e6, Queue: 32 << 10}, lab.Way{Delay: oneWay})
	if err != nil {
		return report, err
	}
	defer link.Close()
	free, err := age(ctx, link, 0)
	if err != nil {
		return report, cause(ctx, err)
	}
	limited, err := age(ctx, link, 8<<10)
	if err != nil {
		return report, cause(ctx, err)
	}
	report.Add("without it, the last message's age", free)
	report.Add("with it, 8 KiB, the last message's age", limited)
	report.Shown = limited < free && limited >= oneWay
	report.Says = "What the kernel has taken, you cannot take back, and it waits behind all that the kernel took before it."
	return report, nil
}

// age writes messages for half a second, as fast as the kernel takes them, and tells how
// old the last one is that arrives.
func age(ctx context.Context, link *lab.Link, limit int) (last time.Duration, err error) {
	p, err := connect(ctx, link)
	if err != nil {
		return 0, err
	}
	defer p.Close()
	if limit > 0 {
		err := onSocket(p.client, func(fd int) error {
			return os.NewSyscallError("setsockopt TCP_NOTSENT_LOWAT", unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NOTSENT_LOWAT, limit))
		})
		if err != nil {
			return 0, err
		}
	}

	begun := time.Now()
	var writing sync.WaitGroup
	defer writing.Wait()
	defer p.Close()
	writing.Go(func() {
		defer p.client.CloseWrite()
		p.client.SetWriteDeadline(begun.Add(500 * time.Millisecond))
		for message := make([]byte, 1024); ; {
			binary.BigEndian.PutUint64(message, uint64(time.Since(begun))) // when it was written
			if _, err := p.client.Write(message); err != nil {
				return
			}
		}
	})
	for message := make([]byte, 1024); ; {
		_, err := io.ReadFull(p.server, message)
		if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) { // the deadline may cut the last one
			return last, nil
		}
		if err != nil {
			return 0, err
		}
		last = time.Since(begun) - time.Duration(binary.BigEndian.Uint64(message))
	}
}
