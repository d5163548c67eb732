//go:build linux

package loop

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"onthewire/lessons/06-pitfalls/epoll"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/twelve"
)

// Halfclose takes the end of what a client says for the end of the client.
var Halfclose = pitfall.Pitfall{
	Number:   7,
	Name:     "halfclose",
	Subjects: []string{"shutdown(2)", "half-close", "FIN", "EPOLLRDHUP"},
	Title:    "A half-close taken for a close",
	Symptom:  "Browsers get their answers. Through nc, or a proxy that passes an end on at once, they come short or not at all.",
	Messages: []string{
		"unexpected EOF",
		"upstream prematurely closed connection while reading response header from upstream",
		"client prematurely closed connection",
		"Connection prematurely closed BEFORE response",
		"upstream connect error or disconnect/reset before headers. reset reason: connection termination",
		"connection closed before message completed",
		"half close",
		"half-closed",
	},
	Diagnose: [][2]string{
		{"printf 'hello\\n' | nc -N 127.0.0.1 PORT", "less of the answer than without -N, with which nc shuts down its side of the connection"},
		{"strace -f -e trace=read,write,shutdown,close", "a read that returns 0, and right behind it a close, with no write of what was owed"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return lastRequest(ctx, false, halfclose{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return lastRequest(ctx, true, halfclose{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return lastRequest(ctx, true, halfclose{}.fixed) },
}

type halfclose struct{}

// broken is called when a client will say no more. It tells whether the connection is done with.
func (halfclose) broken(_ *epoll.Poller, _ int, _ []byte) (done bool, err error) {
	return true, nil
}

// fixed is called when a client will say no more. It tells whether the connection is done with.
func (halfclose) fixed(p *epoll.Poller, fd int, owed []byte) (done bool, err error) {
	if len(owed) > 0 {
		return false, p.Modify(fd, unix.EPOLLOUT) // without EPOLLIN: an end is readable for ever
	}
	return true, nil
}

type ending = func(p *epoll.Poller, fd int, owed []byte) (done bool, err error)

// lastRequest is a client that asks for a long answer, and reads it to its end. It may say at once
// that it has nothing else to ask.
func lastRequest(ctx context.Context, ends bool, end ending) (o pitfall.Outcome, err error) {
	p, err := epoll.NewPair()
	if err != nil {
		return o, err
	}
	defer p.Close()
	poller, err := epoll.New()
	if err != nil {
		return o, err
	}
	defer poller.Close()
	if err := errors.Join(poller.Add(p.Server, unix.EPOLLIN|unix.EPOLLOUT), poller.Add(p.Client, unix.EPOLLIN)); err != nil {
		return o, err
	}
	if _, err := unix.Write(p.Client, []byte(twelve.Bytes)); err != nil {
		return o, os.NewSyscallError("write", err)
	}
	if ends {
		unix.Shutdown(p.Client, unix.SHUT_WR)
	}
	s := longAnswers{poller: poller, fd: p.Server}
	var got []byte
	for ended := error(nil); ended != io.EOF && len(got) < len(twelve.Bytes)*long; {
		ready, err := poller.Wait(time.Second)
		if err != nil || ctx.Err() != nil || len(ready) == 0 {
			return o, errors.Join(err, ctx.Err(), o.Decide(false, false))
		}
		for _, e := range ready {
			if int(e.Fd) == p.Client {
				got, ended = eagain{}.fixed(p.Client, got)
			} else if err := s.handle(e.Events, end); err != nil {
				return o, err
			}
		}
	}
	whole := string(got) == strings.Repeat(twelve.Bytes, long)
	o.Add("bytes of the answer", len(twelve.Bytes)*long)
	o.Add("bytes that the client has got", len(got))
	return o, o.Decide(!whole && len(got) < len(twelve.Bytes)*long, whole)
}

// longAnswers is a server of one connection, which answers each request with a long answer.
type longAnswers struct {
	poller *epoll.Poller
	fd     int
	owed   []byte
	ended  bool
}

func (s *longAnswers) handle(events uint32, end ending) (err error) {
	done := false
	if events&unix.EPOLLIN != 0 && !s.ended {
		asked, err := eagain{}.fixed(s.fd, nil)
		if len(asked) > 0 {
			s.owed = append(s.owed, strings.Repeat(twelve.Bytes, long)...)
		}
		if s.ended = err == io.EOF; s.ended {
			done, err = end(s.poller, s.fd, s.owed)
		}
		if err != nil {
			return err
		}
	}
	if len(s.owed) > 0 {
		if s.owed, err = (partial{}).fixed(s.fd, s.owed); err != nil {
			return err
		}
		done = done || s.ended && len(s.owed) == 0
	}
	if done {
		unix.Shutdown(s.fd, unix.SHUT_RDWR) // what the kernel has taken is sent still
		return s.poller.Remove(s.fd)
	}
	return nil
}
