package secure

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/experiment"
)

// Truncation ends a connection in the middle of an answer whose length nobody has said.
var Truncation = experiment.Experiment{
	Name:      "truncation",
	Subjects:  []string{"TLS", "close_notify", "FIN", "unexpected EOF", "RFC 9112, 8"},
	About:     "A body that ends with its connection, whole and cut in the middle",
	Simulated: true,
	Do:        truncation,
}

const body = "pay 10 to Ann, and 10 to Bob"

func truncation(ctx context.Context, r *experiment.Report) error {
	server, client, err := trusting()
	if err != nil {
		return err
	}
	ways := []struct {
		name    string
		length  bool // a Content-Length says it
		secure  bool
		cut     cut
		noticed bool
	}{
		{name: "in the clear, whole"},
		{name: "in the clear, cut", cut: between},
		{name: "  with Content-Length, cut", length: true, cut: between, noticed: true},
		{name: "TLS, whole", secure: true},
		{name: "TLS, cut within a record", secure: true, cut: within, noticed: true},
		{name: "TLS, cut between two records", secure: true, cut: between},
		{name: "  with Content-Length, cut there", length: true, secure: true, cut: between, noticed: true},
	}
	r.Shown = true
	for _, way := range ways {
		head := "HTTP/1.1 200 OK\r\nConnection: close\r\n"
		if way.length {
			head += fmt.Sprintf("Content-Length: %d\r\n", len(body))
		}
		n := network.New(time.Millisecond)
		listener := n.Listen("server:80")
		var config *tls.Config
		if way.secure {
			config = server
		}
		go answerOnce(listener, head+"\r\n", way.cut, config)
		got, err := fetch(ctx, n, way.secure, client)
		listener.Close()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		r.Add(way.name, fmt.Sprintf("%q, %v", got, err))
		noticed := errors.Is(err, io.ErrUnexpectedEOF)
		r.Shown = r.Shown && noticed == way.noticed && (noticed || err == nil)
	}
	r.Says = "A FIN says that nothing more comes, and anybody on the way can send one. TLS has a record that says it, which nobody else can make, but Go's client does not insist on it. A length it does insist on."
	return nil
}

// A cut is where a connection ends.
type cut int

const (
	nowhere cut = iota
	between     // two records, where there are any
	within      // the second one
)

// answerOnce answers one request in two writes, which are two records of TLS, and closes.
func answerOnce(listener net.Listener, head string, cut cut, config *tls.Config) {
	raw, err := listener.Accept()
	if err != nil {
		return
	}
	defer raw.Close()
	raw.SetDeadline(time.Now().Add(10 * time.Second))
	line := &clipped{Conn: raw}
	conn := net.Conn(line)
	if config != nil {
		conn = tls.Server(line, config)
	}
	conn.Read(make([]byte, 4096)) // the request, which is short
	io.WriteString(conn, head+body[:len(body)/2])
	if cut == between {
		return
	}
	line.clip = cut == within
	io.WriteString(conn, body[len(body)/2:])
	if cut == nowhere {
		conn.Close() // TLS: close_notify, and then the FIN
	}
}

// A clipped connection sends all of it but the last byte, once it is told to.
type clipped struct {
	net.Conn
	clip bool
}

func (c *clipped) Write(b []byte) (int, error) {
	if !c.clip {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(b[:len(b)-1])
	return n + 1, err
}

func fetch(ctx context.Context, n *network.Network, secure bool, config *tls.Config) (string, error) {
	transport := &http.Transport{DialContext: n.DialContext, TLSClientConfig: config}
	defer transport.CloseIdleConnections()
	url := "http://server/"
	if secure {
		url = "https://server:80/"
	}
	req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
	if err != nil {
		return "", err
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return string(got), err
}
