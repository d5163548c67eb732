// Package load asks a server for one page, again and again on connections that stay open, and
// counts the answers. It is as cheap as it can be, since it must not be what is measured.
package load

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

const answer = 10 * time.Second // for one to come

// Clients are connections to one server.
type Clients struct {
	conns   []net.Conn
	request string
	begin   []byte // of each answer
	block   []byte // as long as an answer is
}

// Open connects, and lets each connection ask for a target and have one answer. They are equally
// long, for all that changes in a second is the date.
func Open(ctx context.Context, address, target string, connections int) (*Clients, error) {
	host := "127.0.0.1"
	if to, err := url.Parse(target); err == nil && to.Host != "" {
		host = to.Host // haproxy refuses a request whose Host is another one
	}
	c := &Clients{request: "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n"}
	for range connections {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			c.Close()
			return nil, err
		}
		c.conns = append(c.conns, conn)
		if err := c.first(conn); err != nil {
			c.Close()
			return nil, fmt.Errorf("the first answer: %w", err)
		}
	}
	return c, nil
}

func (c *Clients) first(conn net.Conn) error {
	conn.SetDeadline(time.Now().Add(answer))
	if _, err := io.WriteString(conn, c.request); err != nil {
		return err
	}
	var all bytes.Buffer
	got, err := http.ReadResponse(bufio.NewReader(io.TeeReader(conn, &all)), nil)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if _, err := io.Copy(io.Discard, got.Body); err != nil {
		return err
	}
	if got.StatusCode != http.StatusOK || got.Close || got.ContentLength < 0 || c.block != nil && len(c.block) != all.Len() {
		return fmt.Errorf("%s, %d bytes, connection ends: %t; want 200, always equally long, and another one", got.Status, all.Len(), got.Close)
	}
	c.begin, c.block = []byte("HTTP/1.1 200 "), make([]byte, all.Len())
	return nil
}

// Run asks for so long. One half of the connections is asked while the other half is answered,
// so the server always has something to do, and each connection has one request under way.
func (c *Clients) Run(ctx context.Context, long time.Duration) (answered int, took time.Duration, err error) {
	begun := time.Now()
	for _, conn := range c.conns {
		conn.SetDeadline(begun.Add(long + answer))
	}
	halves := [2][]net.Conn{c.conns[:len(c.conns)/2], c.conns[len(c.conns)/2:]}
	if err := c.ask(halves[0]); err != nil {
		return 0, 0, err
	}
	for half := 0; ; half = 1 - half {
		over := ctx.Err() != nil || time.Since(begun) > long
		if !over {
			if err := c.ask(halves[1-half]); err != nil {
				return 0, 0, err
			}
		}
		for _, conn := range halves[half] {
			if _, err := io.ReadFull(conn, c.block); err != nil {
				return 0, 0, fmt.Errorf("answer %d: %w", answered, err)
			}
			if !bytes.HasPrefix(c.block, c.begin) {
				return 0, 0, fmt.Errorf("answer %d begins with %.40q", answered, c.block)
			}
			answered++
		}
		if over {
			return answered, time.Since(begun), ctx.Err()
		}
	}
}

func (c *Clients) ask(conns []net.Conn) error {
	for _, conn := range conns {
		if _, err := io.WriteString(conn, c.request); err != nil {
			return err
		}
	}
	return nil
}

// Close closes all connections.
func (c *Clients) Close() {
	for _, conn := range c.conns {
		conn.Close()
	}
}
