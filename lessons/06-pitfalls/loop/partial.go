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

// Partial does not look at how much a write has taken.
var Partial = pitfall.Pitfall{
	Number:   4,
	Name:     "partial",
	Subjects: []string{"write(2)", "EAGAIN", "SO_SNDBUF", "EPOLLOUT"},
	Title:    "A write that took a part is taken for the whole",
	Symptom:  "Short answers arrive. Long ones end early at clients on slow links, always at another place, and the server has seen no error.",
	Messages: []string{
		"unexpected EOF",
		"upstream prematurely closed connection while reading upstream",
		"transfer closed with outstanding read data remaining",
		"end of file before message length reached",
		"failed to write whole buffer",
		"short write",
	},
	Diagnose: [][2]string{
		{"strace -f -e trace=write,sendto", "a write that returns less than its last argument, with no write of the rest behind it"},
		{"curl -o /dev/null --limit-rate 100k URL", "(18) transfer closed with outstanding read data remaining, which goes without the limit"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return slowReader(ctx, 1, partial{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return slowReader(ctx, long, partial{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return slowReader(ctx, long, partial{}.fixed) },
}

// long is how often an answer repeats the twelve bytes that no socket of ours takes at once.
const long = 50_000

type partial struct{}

// broken writes what is pending, and returns what is so still.
func (partial) broken(fd int, pending []byte) ([]byte, error) {
	_, err := unix.Write(fd, pending)
	if err == unix.EAGAIN {
		return pending, nil
	}
	return nil, os.NewSyscallError("write", err)
}

// fixed writes what is pending, and returns what is so still.
func (partial) fixed(fd int, pending []byte) ([]byte, error) {
	n, err := unix.Write(fd, pending)
	if err == unix.EAGAIN {
		return pending, nil
	}
	return pending[max(n, 0):], os.NewSyscallError("write", err) // the rest goes when the socket is writable
}

// slowReader is a client that reads only when the server has begun to write. The server ends when
// it takes all to be written.
func slowReader(ctx context.Context, times int, flush func(fd int, pending []byte) ([]byte, error)) (o pitfall.Outcome, err error) {
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
	answer := strings.Repeat(twelve.Bytes, times)
	pending, err := flush(p.Server, []byte(answer))
	if err = errors.Join(err, poller.Add(p.Server, unix.EPOLLOUT), poller.Add(p.Client, unix.EPOLLIN)); err != nil {
		return o, err
	}
	var got []byte
	for ended := error(nil); ended != io.EOF; {
		ready, err := poller.Wait(time.Second)
		if err != nil || ctx.Err() != nil || len(ready) == 0 {
			return o, errors.Join(err, ctx.Err(), o.Decide(false, false))
		}
		for _, e := range ready {
			switch {
			case int(e.Fd) == p.Client:
				if got, ended = (eagain{}).fixed(p.Client, got); ended != nil && ended != io.EOF {
					return o, ended
				}
			case len(pending) > 0:
				if pending, err = flush(p.Server, pending); err != nil {
					return o, err
				}
			default:
				poller.Remove(p.Server)
				unix.Shutdown(p.Server, unix.SHUT_WR)
			}
		}
	}
	o.Add("bytes of the answer", len(answer))
	o.Add("bytes that the client has got", len(got))
	return o, o.Decide(len(got) < len(answer), string(got) == answer)
}
