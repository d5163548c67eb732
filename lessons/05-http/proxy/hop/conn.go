package hop

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
)

const maxKept = 128 << 10 // bytes of an answer whose head has not been read yet

// A Conn is a connection to an origin. If an answer says "Connection: close, X", net/http removes
// the field, and nobody could know any more that X is not to be passed on. So this keeps what
// comes until the head has been read. It also tells when we are about to wait.
type Conn struct {
	net.Conn
	mu    sync.Mutex
	head  []byte
	keeps bool
	waits func() // called before each read; may be nil
}

// A Dial is as http.Transport wants it.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// Keeping makes a Conn of each connection.
func Keeping(dial Dial) Dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &Conn{Conn: conn}, nil
	}
}

// Begin is for the next answer. Whatever is read from now on is a part of it.
func (c *Conn) Begin(waits func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head, c.keeps, c.waits = c.head[:0], true, waits
}

func (c *Conn) Read(p []byte) (int, error) {
	c.mu.Lock()
	waits := c.waits
	c.mu.Unlock()
	if waits != nil {
		waits()
	}
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keeps {
		c.head = append(c.head, p[:min(n, maxKept-len(c.head))]...)
	}
	return n, err
}

// HandOver is for a connection that is HTTP's no more.
func (c *Conn) HandOver() net.Conn {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.head, c.keeps, c.waits = nil, false, nil
	return c.Conn
}

// CloseWrite lets one direction end before the other. Both *net.TCPConn and *tls.Conn have it.
func (c *Conn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return c.Conn.Close()
}

// Named are the fields that an answer which came here names in Connection. Its head has been read,
// and what comes behind that is not kept.
func (c *Conn) Named(answer *http.Response) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keeps = false
	if !answer.Close || answer.Header["Connection"] != nil {
		return Named(answer.Header), nil
	}
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(c.head)))
	for {
		status, err := r.ReadLine()
		if err != nil {
			return nil, fmt.Errorf("the head of its answer: %w", err)
		}
		fields, err := r.ReadMIMEHeader()
		if err != nil {
			return nil, fmt.Errorf("the head of its answer: %w", err)
		}
		if _, code, _ := strings.Cut(status, " "); !strings.HasPrefix(code, "1") {
			return Named(http.Header(fields)), nil
		}
	}
}
