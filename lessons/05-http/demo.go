package main

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"time"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/05-http/waterfall"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/network"
	"onthewire/lessons/internal/stage"
	"onthewire/lessons/internal/twelve"
)

type demoCommand struct{}

const demoRTT = 50 * time.Millisecond

// Run plays on loopback, and then on links of its own, or in memory where the system has no lab.
func (demoCommand) Run(ctx context.Context) error {
	lab.Enter()               // where that cannot be, network.Open says why, and simulates
	log.SetOutput(io.Discard) // net/http logs each connection that ends while it stops
	s := stage.New(os.Stdout)
	s.Title("LESSON 5", "A socket gives you bytes without marks. When is a request over?", "HTTP/1.1, HTTP/2 and HTTP/3, from the bytes up")
	if err := demoByHand(ctx, s); err != nil {
		return err
	}
	if err := demoPage(ctx, s); err != nil {
		return err
	}
	s.Next(
		[3]string{"read", "lessons/05-http/README.md", "about an hour"},
		[3]string{"break", "make exercise 5.1", "where does the body end?"},
		[3]string{"compare", "bin/lesson5 waterfall --rtt 150ms", "a longer link"},
	)
	return nil
}

// demoByHand says a request a line at a time.
func demoByHand(ctx context.Context, s *stage.Stage) error {
	s.Step("A request by hand, a line at a time.")
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &h1.Server{Handler: func(w *h1.Response, _ *h1.Request) { io.WriteString(w, twelve.Bytes) }}
	serving, stop := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- server.Serve(serving, listener) }()
	defer func() { stop(); <-stopped }()
	conn, err := new(net.Dialer).DialContext(ctx, "tcp4", listener.Addr().String())
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	answer := bufio.NewReader(conn)
	for _, line := range []string{"GET / HTTP/1.1\r\n", "Host: localhost\r\n", "\r\n"} {
		if _, err := io.WriteString(conn, line); err != nil {
			return err
		}
		s.Event("you", "server", "%q", line)
		begun := time.Now()
		conn.SetReadDeadline(begun.Add(50 * time.Millisecond))
		said, err := answer.ReadString('\n')
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			s.Measure("server", "says nothing for %s", stage.Time(time.Since(begun)))
		case err != nil:
			return errors.Join(err, ctx.Err())
		default:
			s.Measure("server", "says %q after %s", strings.TrimRight(said, "\r\n"), stage.Time(time.Since(begun)))
		}
	}
	return nil
}

// demoPage loads a page by each protocol, and draws what waits for what.
func demoPage(ctx context.Context, s *stage.Stage) error {
	s.Step("One page and the eleven files that it names, %s to and fro.", stage.Time(demoRTT))
	var loads []waterfall.Load
	var missing *experiment.Unavailable
	for _, protocol := range waterfall.All() {
		var load waterfall.Load
		err := experiment.Steadily(new(experiment.Report), func() error {
			n, err := network.Open(demoRTT / 2)
			if err != nil {
				return err
			}
			defer n.Close()
			missing = n.Missing
			load, err = waterfall.Fetch(ctx, n, protocol)
			return err
		})
		if ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			return err
		}
		loads = append(loads, load)
	}
	lines, scale := waterfall.Draw(loads, s.Width()-2, demoRTT/2)
	for _, line := range lines {
		s.Line("%s", line)
	}
	s.Blank()
	s.Line("     %s", waterfall.Signs)
	if missing != nil {
		s.Measure("here", "the link is simulated: %v; %s", missing, missing.Advice())
	}
	s.Say("A sign is %s. HTTP/1.1 has to answer in order, so a browser opens six connections, and what finds none free waits. On one connection of HTTP/2 all are asked for at once. HTTP/3 does the same, and its handshake takes one round trip, not two.", stage.Time(scale))
	return nil
}
