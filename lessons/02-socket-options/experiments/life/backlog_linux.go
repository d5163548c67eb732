package life

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"syscall"
	"time"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
)

// Backlog lets clients connect to a listener that never accepts, until one has to wait.
var Backlog = experiment.Experiment{
	Name:     "backlog",
	Subjects: []string{"listen(2)"},
	About:    "How many clients wait at the door",
	Do:       backlogs,
}

func backlogs(ctx context.Context, r *experiment.Report) (err error) {
	r.Shown = true
	for _, backlog := range []int{4, 16} {
		connected, err := fill(ctx, backlog)
		if err != nil {
			return err
		}
		r.Add(fmt.Sprintf("listen, backlog %d", backlog), connected)
		r.Shown = r.Shown && connected == backlog+1
	}
	r.Says = "So many clients have a connection, and the server's program has accepted none. Linux holds one more than it was asked to. The next client gets no answer at all."
	return nil
}

// connectTimeout is a thousand times what a connect over loopback takes.
const connectTimeout = 100 * time.Millisecond

// fill returns how many clients are connected before one gets no answer.
func fill(ctx context.Context, backlog int) (connected int, err error) {
	listener, err := socket.New(socket.IPv4, socket.Stream, 0)
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	if err := listener.Bind(netip.MustParseAddrPort("127.0.0.1:0")); err != nil {
		return 0, err
	}
	if err := listener.Listen(backlog); err != nil {
		return 0, err
	}
	address, err := listener.LocalAddr()
	if err != nil {
		return 0, err
	}
	for ; ctx.Err() == nil; connected++ {
		client, err := socket.New(socket.IPv4, socket.Stream, 0)
		if err != nil {
			return connected, err
		}
		defer client.Close()
		err = client.ConnectTimeout(address, connectTimeout)
		if errors.Is(err, syscall.ETIMEDOUT) {
			return connected, nil
		}
		if err != nil {
			return connected, err
		}
	}
	return connected, ctx.Err()
}
