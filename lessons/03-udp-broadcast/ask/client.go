package ask

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"time"
)

// What a client does where nothing else is said: it waits a second first, which RFC 8085
// §3.1.1 asks of whoever has measured no round trip, and gives up after some 31 to 39 s.
const (
	First = time.Second
	Tries = 5
)

// ErrNoAnswer says that no try was answered. The question may have arrived all the same.
var ErrNoAnswer = errors.New("no answer")

// A Client asks questions, many at a time, by one socket.
type Client struct {
	First time.Duration // how long the first try waits; each later one waits twice as long
	Tries int

	conn    net.PacketConn
	pending pending
	ended   chan struct{} // closed when failed is known
	failed  error
}

// NewClient makes a client. It owns conn from now on.
func NewClient(conn net.PacketConn) *Client {
	c := &Client{First: First, Tries: Tries, conn: conn, ended: make(chan struct{})}
	c.pending.questions = map[uint64]question{}
	go c.read()
	return c
}

// Close ends all questions that are still open.
func (c *Client) Close() error {
	err := c.conn.Close()
	<-c.ended
	return err
}

// Ask asks until there is an answer. It may be called from several goroutines.
func (c *Client) Ask(ctx context.Context, to net.Addr, text []byte) ([]byte, error) {
	if len(text) > MaxText {
		return nil, fmt.Errorf("ask %v: %d bytes, want %d at most", to, len(text), MaxText)
	}
	// The same id in each try, so that the server can tell a repetition from a new question.
	m := Message{Kind: Question, ID: rand.Uint64(), Text: text}
	answers := c.pending.add(m.ID, to)
	defer c.pending.remove(m.ID)
	for try := range c.Tries {
		answer, err := c.try(ctx, to, m, answers, c.First<<try)
		switch {
		case errors.Is(err, ErrNoAnswer):
			continue
		case err != nil:
			return nil, fmt.Errorf("ask %v: %w", to, err)
		case answer.Kind == Answer:
			return answer.Text, nil
		case answer.Size > MaxSize:
			return nil, fmt.Errorf("ask %v: an answer of %d bytes, want %d at most", to, answer.Size, MaxSize)
		}
		m.Size = answer.Size // as large as the answer, and now it may come
	}
	return nil, fmt.Errorf("ask %v: %w after %d tries", to, ErrNoAnswer, c.Tries)
}

// try sends the question once, and waits.
func (c *Client) try(ctx context.Context, to net.Addr, m Message, answers <-chan Message, wait time.Duration) (Message, error) {
	if _, err := c.conn.WriteTo(m.Append(nil), to); err != nil {
		return Message{}, err
	}
	// Not exactly as long as everybody else whose question was lost in the same moment.
	timeout := time.NewTimer(wait + rand.N(wait/4+1))
	defer timeout.Stop()
	for {
		select {
		case answer := <-answers:
			if answer.Kind == TooLarge && answer.Size <= m.Size {
				continue // a duplicate: the question has grown since
			}
			return answer, nil
		case <-timeout.C:
			return Message{}, ErrNoAnswer
		case <-ctx.Done():
			return Message{}, ctx.Err()
		case <-c.ended:
			return Message{}, c.failed
		}
	}
}

func (c *Client) read() {
	defer close(c.ended)
	b := make([]byte, 1<<16) // larger than any datagram: Windows calls it an error if one is cut off
	for {
		n, from, err := c.conn.ReadFrom(b)
		if err != nil {
			c.failed = err
			return
		}
		c.pending.hear(b[:n], from)
	}
}

// Dropped are the datagrams that answered no question.
func (c *Client) Dropped() Dropped {
	c.pending.mu.Lock()
	defer c.pending.mu.Unlock()
	return c.pending.dropped
}
