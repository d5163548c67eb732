package life

import (
	"context"
	"errors"
	"io"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// UserTimeout cuts two links, a short one and a long one, and sends. Both sockets have the
// same timeout.
var UserTimeout = experiment.Experiment{
	Name:     "user-timeout",
	Subjects: []string{"TCP_USER_TIMEOUT"},
	About:    "When the clock of a timeout begins",
	Do:       userTimeout,
}

func userTimeout(ctx context.Context, r *experiment.Report) (err error) {
	const timeout, roundTrip = 500 * time.Millisecond, 200 * time.Millisecond
	short, err := givenUp(ctx, timeout, 0)
	if err != nil {
		return err
	}
	long, err := givenUp(ctx, timeout, roundTrip)
	if err != nil {
		return err
	}
	r.Add("500 ms, no distance: ended after", short)
	r.Add("500 ms, 200 ms there and back: ended after", long)
	r.Shown = short > timeout && long > short+roundTrip
	r.Says = "The clock begins with the second repetition. How long the kernel waits for an acknowledgement before it repeats depends on the round trip that it has measured."
	return nil
}

// givenUp exchanges a line, cuts the link, sends another one, and returns how long after
// that the kernel gives up.
func givenUp(ctx context.Context, timeout, roundTrip time.Duration) (time.Duration, error) {
	way := lab.Way{Delay: roundTrip / 2}
	link, err := lab.Open(way, way)
	if err != nil {
		return 0, err
	}
	defer link.Close()
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return 0, err
	}
	pair, err := experiment.Meet(ctx, listener, link.Client.DialContext)
	if err != nil {
		return 0, err
	}
	defer pair.Close()
	if err := socket.With(pair.Client, func(s *socket.Socket) error { return s.SetUserTimeout(timeout) }); err != nil {
		return 0, err
	}
	for _, end := range [][2]*net.TCPConn{{pair.Client, pair.Server}, {pair.Server, pair.Client}} {
		_, saying := io.WriteString(end[0], request)
		_, hearing := io.ReadFull(end[1], make([]byte, len(request)))
		if err := errors.Join(saying, hearing); err != nil {
			return 0, err
		}
	}
	if err := link.Set(lab.Way{Loss: 1}); err != nil {
		return 0, err
	}
	begun := time.Now()
	if _, err := io.WriteString(pair.Client, request); err != nil {
		return 0, err
	}
	if _, err := pair.Client.Read(make([]byte, 1)); !errors.Is(err, unix.ETIMEDOUT) {
		return 0, errors.Join(errors.New("the kernel did not give up"), err)
	}
	return time.Since(begun), nil
}
