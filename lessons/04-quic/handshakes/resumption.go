package handshakes

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"os"
	"time"

	"onthewire/lessons/internal/measure"
)

// Work is what one TLS 1.3 handshake takes beside time: both sides' processor time, and the
// bytes in each direction, with the ticket for the next time and one byte of an answer.
type Work struct {
	CPU                    time.Duration // 0 where the system does not tell
	FromClient, FromServer int
}

// Resumption is what a ticket saves where it saves no round trip: the work of a whole
// handshake, and of one that goes on from the session before. Both are the mean of so many,
// in turn, over a pipe in memory.
func Resumption(ctx context.Context, times int) (whole, resumed Work, err error) {
	first, err := newPair(TLS13)
	if err != nil {
		return whole, resumed, err
	}
	again, err := newPair(Handshake{tls: tls.VersionTLS13, resumed: true})
	if err != nil {
		return whole, resumed, err
	}
	if _, err := again.piped(false); err != nil { // which brings the first ticket
		return whole, resumed, err
	}
	for range times {
		for _, each := range []struct {
			pair    *pair
			returns bool
			sum     *Work
		}{{first, false, &whole}, {again, true, &resumed}} {
			one, err := each.pair.piped(each.returns)
			if err != nil {
				return whole, resumed, err
			}
			each.sum.CPU += one.CPU
			each.sum.FromClient += one.FromClient
			each.sum.FromServer += one.FromServer
		}
		if ctx.Err() != nil {
			return whole, resumed, ctx.Err()
		}
	}
	for _, sum := range []*Work{&whole, &resumed} {
		*sum = Work{sum.CPU / time.Duration(times), sum.FromClient / times, sum.FromServer / times}
	}
	return whole, resumed, nil
}

// piped is one handshake over a pipe.
func (p *pair) piped(returns bool) (Work, error) {
	near, far := net.Pipe()
	near.SetDeadline(time.Now().Add(timeout))
	here, there := &counted{Conn: near}, &counted{Conn: far}
	client, server := tls.Client(here, p.clientTLS), tls.Server(there, p.serverTLS)
	before, _ := measure.CPU(os.Getpid())
	served := make(chan error, 1)
	go func() {
		_, err := server.Write([]byte{0}) // once the handshake is over
		served <- err
	}()
	_, err := client.Read(make([]byte, 1)) // the handshake first, the ticket and then this byte
	if err == nil && client.ConnectionState().DidResume != returns {
		err = errors.New("the session was not resumed")
	}
	err = errors.Join(err, near.Close(), <-served)
	after, _ := measure.CPU(os.Getpid())
	return Work{after - before, here.written, there.written}, err
}

// counted counts what is written.
type counted struct {
	net.Conn
	written int
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.written += n
	return n, err
}
