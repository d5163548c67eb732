package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

// demo shows what a link is for: time that can be seen, and one packet that falls.
func demo(ctx context.Context) (err error) {
	link, err := lab.Open(lab.Way{}, lab.Way{})
	if err != nil {
		return err
	}
	defer link.Close()
	within, fail := context.WithCancelCause(ctx)
	end, err := serve(ctx, link.Server, fail)
	if err != nil {
		return err
	}
	defer func() { err = cmp.Or(end(), err) }()
	return show(within, link)
}

func show(ctx context.Context, link *lab.Link) error {
	s := stage.New(os.Stdout)
	s.Title("THE LAB", "Two hosts on this machine, and a link",
		fmt.Sprintf("client %v · server %v · TCP is the kernel's, %s", link.Client.Addr, link.Server.Addr, link.Client.Congestion))

	s.Step("The link as it is. The client connects, and says twelve bytes to an echo.")
	if _, err := sayHello(ctx, link, s); err != nil {
		return err
	}
	s.Step("The same with 25 ms each way.")
	if err := link.Set(lab.Way{Delay: 25 * time.Millisecond}); err != nil {
		return err
	}
	whole, err := sayHello(ctx, link, s)
	if err != nil {
		return err
	}
	s.Step("Once more, but the first packet with bytes in it falls.")
	fell := link.ToServer.Drop(1, func(p lab.Packet) bool { return len(p.Payload) > 0 })
	late, err := sayHello(ctx, link, s)
	if err != nil {
		return err
	}
	s.Measure("link", "dropped %v", <-fell)
	s.Say("Nobody told the kernel. It missed an answer, waited, and sent the twelve bytes again: %s instead of %s. The client's program saw no error.", stage.Time(late), stage.Time(whole))
	s.Next(
		[3]string{"read", "docs/lab.md", "how it is made"},
		[3]string{"try", `make lab ARGS="--rtt 50ms -- ping -c 3 10.0.0.2"`, "any command"},
	)
	return nil
}

// sayHello connects, sends twelve bytes and waits for their echo, which it times.
func sayHello(ctx context.Context, link *lab.Link, s *stage.Stage) (echo time.Duration, err error) {
	begun := time.Now()
	conn, err := link.Client.DialContext(ctx, "tcp", "server:7")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	s.Measure("client", "connected after %s", stage.Time(time.Since(begun)))
	return echoed(conn, s)
}

func echoed(conn net.Conn, s *stage.Stage) (time.Duration, error) {
	begun := time.Now()
	if _, err := io.WriteString(conn, "hello, wire\n"); err != nil {
		return 0, err
	}
	var answer [12]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return 0, err
	}
	took := time.Since(begun)
	s.Measure("client", "has its echo after %s", stage.Time(took))
	return took, nil
}
