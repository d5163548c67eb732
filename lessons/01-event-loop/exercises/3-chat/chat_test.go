//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd || windows

package chat

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/01-event-loop/sock"
	"onthewire/lessons/internal/errno"
	"onthewire/lessons/internal/exercise"
)

func TestAClientThatDoesNotReadSlowsNoOne(t *testing.T) {
	exercise.Check(t, func() error {
		fds, at, err := sock.Listen(context.Background(), "127.0.0.1:0", 1)
		if err != nil {
			return err
		}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		ended := make(chan error, 1)
		go func() { ended <- exercise.Catch(func() error { return serve(ctx, fds[0]) }) }()

		c := &clients{address: at.String()}
		defer c.leave()
		wrong := c.talk()
		stop()
		select {
		case err := <-ended: // a server that has panicked is why its clients hear nothing
			if err != nil {
				return err
			}
		case <-time.After(exercise.Timeout() / 4):
			if wrong == nil {
				return errors.New("the server does not stop")
			}
		}
		return wrong
	})
}

func (c *clients) talk() error {
	for _, part := range []func() error{
		c.everybodyElseHearsALine,
		c.everyLineOfASegmentIsHeard,
		c.halfALineWaits,
		c.oneWhoDoesNotReadIsLeftBehind,
		c.aLineWithoutEndIsRefused,
		c.everybodyElseHearsALine,
	} {
		if err := part(); err != nil {
			return err
		}
	}
	return nil
}

func (c *clients) everybodyElseHearsALine() error {
	for len(c.clients) < 3 {
		if _, err := c.enter(0); err != nil {
			return err
		}
	}
	for i, client := range c.clients {
		line := fmt.Sprintf("client %d says hello, wire\n", i)
		if err := client.say(line); err != nil {
			return err
		}
		if err := c.othersHear(client, line, "a line does not reach everybody else"); err != nil {
			return err
		}
	}
	return nil
}

func (c *clients) everyLineOfASegmentIsHeard() error {
	first := c.clients[0]
	if err := first.say("one\ntwo\n"); err != nil {
		return err
	}
	for _, line := range []string{"one\n", "two\n"} {
		if err := c.othersHear(first, line, "two lines come in one segment, and one of them is not passed on"); err != nil {
			return err
		}
	}
	return nil
}

// What is heard of the first line proves that the server has the first half of the second
// one as well: both were in one segment.
func (c *clients) halfALineWaits() error {
	a, b, listens := c.clients[0], c.clients[1], c.clients[2]
	for _, said := range []struct {
		by   *client
		text string
		line string
		why  string
	}{
		{a, "wait\nhel", "wait\n", "a line does not reach everybody else"},
		{b, "good morning\n", "good morning\n", "a line arrives in the middle of another one"},
		{a, "lo\n", "hello\n", "half a line is not kept until the rest comes"},
	} {
		if err := said.by.say(said.text); err != nil {
			return err
		}
		if err := listens.hears(said.line, said.why); err != nil {
			return err
		}
	}
	return errors.Join(
		a.hears("good morning\n", "a line does not reach everybody else"),
		b.hears("wait\n", "a line does not reach everybody else"),
		b.hears("hello\n", "a line does not reach everybody else"))
}

// A glutton of lines: it listens, and never reads. The kernel keeps some for it, the room
// keeps maxPending bytes, and then it has to leave. The others are ahead of it by never
// more than a few lines, so they stay.
func (c *clients) oneWhoDoesNotReadIsLeftBehind() error {
	const (
		turns, lines = 128, 16
		length       = maxLine - 96
		lost         = "a client misses a line and stays connected"
	)
	line := func(i int) string {
		number := fmt.Sprintf("%06d ", i)
		return number + strings.Repeat("x", length-len(number)-1) + "\n"
	}
	slow, err := c.enter(64 << 10)
	if err != nil {
		return err
	}
	c.clients = c.clients[:len(c.clients)-1] // who is not asked what it hears
	speaker := c.clients[0]
	for turn := range turns {
		var said strings.Builder
		for i := range lines {
			said.WriteString(line(turn*lines + i))
		}
		if err := speaker.say(said.String()); err != nil {
			return fmt.Errorf("a client that does not read freezes the others: %w", err)
		}
		for i := range lines {
			for _, other := range c.clients[1:] {
				got, err := other.next()
				if errors.Is(err, os.ErrDeadlineExceeded) {
					return fmt.Errorf("a client that does not read freezes the others: line %d never comes", turn*lines+i)
				}
				if err != nil {
					return fmt.Errorf("a client that reads has to leave: %w", err)
				}
				if got != line(turn*lines+i) {
					return fmt.Errorf("%s: where line %d should be it hears %.20q", lost, turn*lines+i, got)
				}
			}
		}
	}
	for i := range turns * lines {
		got, err := slow.next()
		switch {
		case errors.Is(err, io.EOF) || errno.Is(err, syscall.ECONNRESET):
			return nil // its last line may be cut: it was told so
		case err != nil:
			return fmt.Errorf("%s: nothing comes after line %d", lost, i-1)
		case got != line(i):
			return fmt.Errorf("%s: after line %d it hears %.20q", lost, i-1, got)
		}
	}
	return fmt.Errorf("what a client does not read piles up in the server: %d bytes, and it is still connected", turns*lines*length)
}

func (c *clients) aLineWithoutEndIsRefused() error {
	endless, err := c.enter(0)
	if err != nil {
		return err
	}
	c.clients = c.clients[:len(c.clients)-1]
	io.WriteString(endless, strings.Repeat("a", 16*maxLine)) // it may be refused before that
	if _, err := endless.next(); errors.Is(err, os.ErrDeadlineExceeded) {
		return fmt.Errorf("a line without an end piles up in the server: %d bytes, and the client is still connected", 16*maxLine)
	} else if err == nil {
		return errors.New("a client hears its own line")
	}
	return nil
}

// Clients are those of one chat.
type clients struct {
	address string
	clients []*client // who is in the room and listens
	all     []*client
}

type client struct {
	net.Conn
	lines *bufio.Reader
	said  string
}

// enter brings in one more client, whose kernel keeps so much for it (0: what is usual).
// The others hear its first line, so it is in. There is nobody to hear the first client,
// but whoever comes later is let in after it.
func (c *clients) enter(buffer int) (*client, error) {
	conn, err := net.DialTimeout("tcp", c.address, exercise.Timeout())
	if err != nil {
		return nil, err
	}
	if buffer > 0 {
		conn.(*net.TCPConn).SetReadBuffer(buffer)
	}
	in := &client{Conn: conn, lines: bufio.NewReaderSize(conn, 64<<10)}
	c.all = append(c.all, in)
	c.clients = append(c.clients, in)
	if len(c.clients) == 1 {
		return in, nil
	}
	line := fmt.Sprintf("client %d is here\n", len(c.all)-1)
	if err := in.say(line); err != nil {
		return nil, err
	}
	return in, c.othersHear(in, line, "a line does not reach everybody else")
}

func (c *clients) othersHear(speaker *client, line, why string) error {
	for _, other := range c.clients {
		if other == speaker {
			continue
		}
		if err := other.hears(line, why); err != nil {
			return err
		}
	}
	return nil
}

func (c *clients) leave() {
	for _, client := range c.all {
		client.Close()
	}
}

func (c *client) say(text string) error {
	c.said = text
	c.SetDeadline(time.Now().Add(exercise.Timeout()))
	_, err := io.WriteString(c, text)
	return err
}

func (c *client) next() (string, error) {
	c.SetDeadline(time.Now().Add(exercise.Timeout()))
	return c.lines.ReadString('\n')
}

// hears wants one line, or says why that is wrong.
func (c *client) hears(line, why string) error {
	got, err := c.next()
	switch {
	case got == line:
		return nil
	case got != "" && strings.HasPrefix(c.said, got):
		return fmt.Errorf("a client hears its own line: %q", got)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: %q never comes", why, line)
	case err != nil:
		return fmt.Errorf("%s: %q does not come: %w", why, line, err)
	}
	return fmt.Errorf("%s: %q comes, not %q", why, got, line)
}
