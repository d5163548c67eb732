package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/term"

	"onthewire/lessons/05-http/dump"
	"onthewire/lessons/05-http/typing"
	"onthewire/lessons/internal/cli"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/stage"
)

type typeCommand struct {
	Addr string `arg:"" optional:"" default:"127.0.0.1:3000" help:"HOST:PORT to type to (${default})."`
	Bare bool   `help:"End lines with LF alone, as nc does without -C."`
}

func (c typeCommand) Run(ctx context.Context) error {
	conn, err := (&net.Dialer{Timeout: 10 * time.Second}).DialContext(ctx, "tcp", c.Addr)
	if err != nil {
		return c.notConnected(err)
	}
	if term.IsTerminal(int(os.Stdin.Fd())) {
		ends := "CR LF"
		if c.Bare {
			ends = "LF alone"
		}
		fmt.Printf("connected to %s: a line ends with %s, Ctrl-D ends the typing\n", conn.RemoteAddr(), ends)
	}
	return typing.Keyboard{From: os.Stdin, Bare: c.Bare}.Talk(ctx, conn, pieces(stage.New(os.Stdout)))
}

// pieces prints each piece: when, which way, in hex, and as text.
func pieces(s *stage.Stage) func(typing.Piece) {
	perRow := dump.PerRow(s.Width(), 10)
	return func(p typing.Piece) {
		arrow, who := "<", "the peer"
		if p.Sent {
			arrow, who = ">", "we"
		}
		when := fmt.Sprintf("%6.3f %s ", p.After.Seconds(), arrow)
		if len(p.Bytes) == 0 {
			s.Line("%s(%s will send no more)", when, who)
		}
		for _, row := range dump.Rows(p.Bytes, perRow) {
			s.Line("%s%s", when, row)
			when = fmt.Sprintf("%6s %s ", "", arrow)
		}
	}
}

// notConnected adds advice to why there is nobody to type to.
func (c typeCommand) notConnected(err error) error {
	next := ""
	switch {
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errno.Is(err, syscall.ECONNREFUSED) && c.Addr == "127.0.0.1:3000":
		next = "start bin/lesson5 hello in another terminal"
	case errno.Is(err, syscall.ECONNREFUSED):
		next = "no server listens there"
	default:
		if _, ok := errors.AsType[*net.AddrError](err); ok {
			next = "an address is HOST:PORT, such as 127.0.0.1:3000"
		} else if _, ok := errors.AsType[*net.DNSError](err); ok {
			next = "the name or the port is unknown"
		}
	}
	if next == "" {
		return err
	}
	return cli.Advise(err, next)
}
