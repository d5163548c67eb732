package server

import (
	"context"
	"net"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/internal/experiment"
)

// DeferAccept lets a silent client come first and one that speaks second.
var DeferAccept = experiment.Experiment{
	Name:     "defer-accept",
	Subjects: []string{"TCP_DEFER_ACCEPT"},
	About:    "A silent client comes first, one that speaks second",
	Do:       deferAccept,
}

func deferAccept(ctx context.Context, r *experiment.Report) (err error) {
	plain, err := queue(ctx)
	if err != nil {
		return err
	}
	deferred, err := queue(ctx, option{"TCP_DEFER_ACCEPT", unix.IPPROTO_TCP, unix.TCP_DEFER_ACCEPT, 1})
	if err != nil {
		return err
	}
	r.Add("without it, Accept returns first", plain.first)
	r.Add("the silent one has waited", plain.silent)
	r.Add("with it for 1 s, Accept returns first", deferred.first)
	r.Add("the silent one has waited", deferred.silent)
	r.Shown = plain.first == "the silent one" && deferred.first == "the one that speaks" &&
		deferred.silent > 900*time.Millisecond
	r.Says = "The handshake is over, but the kernel wakes the server only for bytes, or when it has asked once more in vain."
	return nil
}

type queued struct {
	first  string        // whom Accept returned first
	silent time.Duration // from the silent client's Dial to its Accept
}

// queue lets two clients connect and sees in which order the server gets them.
func queue(ctx context.Context, options ...option) (q queued, err error) {
	listener, err := listen(ctx, "tcp4", "127.0.0.1:0", options...)
	if err != nil {
		return q, err
	}
	defer listener.Close()
	defer untilDone(ctx, listener)()

	var dialer net.Dialer
	begun := time.Now()
	silent, err := dialer.DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return q, err
	}
	defer silent.Close()
	speaks, err := dialer.DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return q, err
	}
	defer speaks.Close()
	if _, err := speaks.Write([]byte("hello, wire\n")); err != nil {
		return q, err
	}

	for range 2 {
		conn, err := listener.Accept()
		if err != nil {
			return q, err
		}
		conn.Close()
		who := "the one that speaks"
		if conn.RemoteAddr().String() == silent.LocalAddr().String() {
			who, q.silent = "the silent one", time.Since(begun)
		}
		if q.first == "" {
			q.first = who
		}
	}
	return q, nil
}
