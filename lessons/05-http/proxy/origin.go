package proxy

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/textproto"
	"strings"
	"sync"
)

// An origin is a connection to one. If an answer says "Connection: close, X", net/http removes
// the field, and nobody could know any more that X is not to be passed on. So this keeps the
// beginning of what came. It also tells when we are about to wait.
type origin struct {
	net.Conn
	mu    sync.Mutex
	head  []byte
	waits func() // called before each read; may be nil
	other bool   // it speaks another protocol by now
}

// begin is for the next answer. Whatever is read from now on is a part of it.
func (o *origin) begin(waits func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.head, o.waits = o.head[:0], waits
}

func (o *origin) Read(p []byte) (int, error) {
	o.mu.Lock()
	waits := o.waits
	o.mu.Unlock()
	if waits != nil {
		waits()
	}
	n, err := o.Conn.Read(p)
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.other {
		o.head = append(o.head, p[:min(n, 2*maxHead-len(o.head))]...)
	}
	return n, err
}

// handOver is for a connection that is HTTP's no more.
func (o *origin) handOver() net.Conn {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.head, o.waits, o.other = nil, nil, true
	return o.Conn
}

// named are the fields that the answer itself names in Connection.
func (o *origin) named() ([]string, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := textproto.NewReader(bufio.NewReader(bytes.NewReader(o.head)))
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
			return connectionOptions(http.Header(fields)), nil
		}
	}
}
