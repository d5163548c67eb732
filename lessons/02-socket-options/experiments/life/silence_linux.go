package life

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
)

// Silence lets the peers of four connections vanish: from one moment on, nothing that
// either side sends arrives. Each connection has somebody who waits in Read.
var Silence = experiment.Experiment{
	Name:     "silence",
	Subjects: []string{"SO_KEEPALIVE", "TCP_KEEPIDLE", "TCP_KEEPINTVL", "TCP_KEEPCNT", "TCP_USER_TIMEOUT"},
	About:    "The peer vanishes without a word",
	Do:       vanish,
}

func vanish(ctx context.Context, r *experiment.Report) (err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return err
	}
	defer link.Close()
	listener, err := link.Server.Listen("tcp4", "server:0")
	if err != nil {
		return err
	}
	defer listener.Close()

	none := func(s *socket.Socket) error { // package net has turned it on
		return s.Set("SO_KEEPALIVE", unix.SOL_SOCKET, unix.SO_KEEPALIVE, 0)
	}
	waiting := []struct {
		setting string
		set     func(*socket.Socket) error
		speaks  bool // has sent bytes that nobody acknowledges
		notices bool
		conn    net.Conn
		peer    net.Conn
		seen    any
		after   time.Duration
	}{
		{setting: "silent, nothing set", set: none},
		{setting: "silent, keep-alive: idle 1 s, 1 question", notices: true, set: func(s *socket.Socket) error {
			return s.SetKeepAlive(socket.KeepAlive{Idle: time.Second, Interval: time.Second, Count: 1})
		}},
		{setting: "12 bytes sent, nothing set", set: none, speaks: true},
		{setting: "12 bytes sent, TCP_USER_TIMEOUT 500 ms", speaks: true, notices: true, set: func(s *socket.Socket) error {
			return s.SetUserTimeout(500 * time.Millisecond)
		}},
	}
	for i := range waiting {
		w := &waiting[i]
		if w.conn, err = link.Client.DialContext(ctx, "tcp4", listener.Addr().String()); err != nil {
			return err
		}
		defer w.conn.Close()
		if w.peer, err = listener.Accept(); err != nil {
			return err
		}
		defer w.peer.Close()
		if err := socket.With(w.conn.(*net.TCPConn), w.set); err != nil {
			return err
		}
	}

	if err := link.Set(lab.Way{Loss: 1}); err != nil {
		return err
	}
	begun := time.Now()
	var all sync.WaitGroup
	for i := range waiting {
		w := &waiting[i]
		if w.speaks {
			io.WriteString(w.conn, "hello, wire\n")
		}
		w.conn.SetReadDeadline(begun.Add(noticeTimeout))
		defer context.AfterFunc(ctx, func() { w.conn.Close() })()
		all.Go(func() {
			_, err := w.conn.Read(make([]byte, 1))
			w.after = time.Since(begun)
			w.seen = "still waiting when we gave up"
			if errors.Is(err, unix.ETIMEDOUT) {
				w.seen = w.after
			} else if !errors.Is(err, os.ErrDeadlineExceeded) {
				w.seen = err
			}
		})
	}
	all.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	r.Shown = true
	for _, w := range waiting {
		r.Add(w.setting, w.seen)
		_, noticed := w.seen.(time.Duration)
		r.Shown = r.Shown && noticed == w.notices
	}
	r.Says = "Nobody says goodbye, so nobody is told. Keep-alive asks a peer who is silent. For bytes that stay unacknowledged there is another clock."
	return nil
}

// noticeTimeout is how long we wait for somebody to notice.
const noticeTimeout = 2500 * time.Millisecond
