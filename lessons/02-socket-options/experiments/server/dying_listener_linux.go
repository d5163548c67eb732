package server

import (
	"context"
	"errors"
	"io"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// DyingListener closes one of two listeners while clients wait in its queue.
var DyingListener = experiment.Experiment{
	Name:     "dying-listener",
	Subjects: []string{"SO_REUSEPORT"},
	About:    "One of two listeners closes and takes its queue along",
	Do:       dyingListener,
}

func dyingListener(ctx context.Context, r *experiment.Report) (err error) {
	reset, answered, err := abandon(ctx)
	if err != nil {
		return err
	}
	r.Add("clients with a finished handshake", waiting)
	r.Add("reset when one listener closes", reset)
	r.Add("answered by the other one", answered)
	r.Shown = reset > 0 && answered > 0 && reset+answered == waiting
	r.Says = "A connection belongs to a listener before anybody has accepted it. A listener that closes resets those in its queue, unless the kernel may move them."

	const setting = "net.ipv4.tcp_migrate_req = 1, reset"
	reset, answered, err = migrate(ctx)
	_, noLab := errors.AsType[*experiment.Unavailable](err)
	switch {
	case noLab:
		r.Add(setting, err)
		return nil
	case errors.Is(err, os.ErrNotExist):
		r.Add(setting, errors.New("this kernel does not have it, Linux 5.14 does"))
		return nil
	case err != nil:
		return err
	}
	r.Add(setting, reset)
	r.Add("and answered", answered)
	r.Shown = r.Shown && reset == 0 && answered == waiting
	return nil
}

// migrate is abandon where the kernel may move connections to another listener. That is a
// setting of the whole network, so it makes a network for it.
func migrate(ctx context.Context) (reset, answered int, err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return 0, 0, err
	}
	defer link.Close()
	err = link.Server.Do(func() error {
		if err := sysctl("net/ipv4/tcp_migrate_req", "1"); err != nil {
			return err
		}
		reset, answered, err = abandon(ctx)
		return err
	})
	return reset, answered, err
}

const waiting = 40

// abandon lets clients wait in the queues of two listeners, closes one of these, and counts
// what becomes of the clients.
func abandon(ctx context.Context) (reset, answered int, err error) {
	group, err := share(ctx, 2)
	if err != nil {
		return 0, 0, err
	}
	defer closeAll(group)
	var clients []net.Conn
	defer func() { closeAll(clients) }()
	for range waiting {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, "tcp4", group[0].Addr().String())
		if err != nil {
			return 0, 0, err
		}
		defer untilDone(ctx, conn)()
		clients = append(clients, conn)
	}

	group[0].Close()
	greeting := make(chan struct{})
	defer func() { group[1].Close(); <-greeting }()
	go func() {
		defer close(greeting)
		for {
			conn, err := group[1].Accept()
			if err != nil {
				return
			}
			conn.Write([]byte("hello, wire\n"))
			conn.Close()
		}
	}()

	for _, conn := range clients {
		switch text, err := io.ReadAll(conn); {
		case errors.Is(err, unix.ECONNRESET):
			reset++
		case err != nil:
			return 0, 0, err
		case string(text) == "hello, wire\n":
			answered++
		}
	}
	return reset, answered, nil
}
