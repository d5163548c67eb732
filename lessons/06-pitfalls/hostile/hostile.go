// Package hostile has the clients that a server meets once it has left the laptop. Each does to a
// server what some client will, and tells what it has seen from outside.
//
// Read it in this order: hostile.go (all of them, one after the other), speak.go (what the server
// speaks), clients.go (the clients), glutton.go (the one that never reads).
package hostile

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"
)

// A Verdict is what can be said of a server that is seen from outside.
type Verdict string

const (
	Held    Verdict = "holds"
	Fell    Verdict = "FAILS"
	Unknown Verdict = "?" // another program could do the same for a good reason
)

// A Finding is what came of one client.
type Finding struct {
	Client  string  `json:"client"`
	Verdict Verdict `json:"verdict"`
	Saw     string  `json:"saw"`
	Pitfall string  `json:"pitfall,omitempty"` // its name, where one explains what was seen
}

// A Server is somebody's, and on this machine.
type Server struct {
	Addr    string
	Speaks  Protocol
	Answer  time.Duration // how long it may take for what it answers at once when nobody is hostile
	Silence time.Duration // how long the silent one is silent
	Many    int           // how many connect and say nothing
}

// A client is one of them.
type client struct {
	name   string
	speaks []string // the protocols in which there is one
	play   func(context.Context, Server) (Finding, error)
}

const manyName = "many that say nothing"

var clients = []client{
	{"one byte at a time", []string{"echo", "http"}, pieces},
	{"says all, and shuts down its side", []string{"echo", "http"}, half},
	{"resets", []string{"echo", "http", "tls"}, rude},
	{"never reads", []string{"echo", "http"}, glutton},
	{"sends a body that nobody may read", []string{"http"}, unread},
	{"begins no handshake", []string{"tls"}, handshake},
	{manyName, []string{"echo", "http", "tls"}, many},
	{"one that says nothing", []string{"echo", "http", "tls"}, silent},
}

// Play has all clients meet a server, one after the other, and tells of each as soon as it has
// gone. After each, a well-behaved one asks. If that gets no answer, the server is gone, and the
// rest is not played.
func (s Server) Play(ctx context.Context, tell func(Finding)) error {
	if err := s.asks(ctx); err != nil {
		return fmt.Errorf("ask %s as %s: %w", s.Addr, s.Speaks.Name, err)
	}
	alone := false // one silent client is enough to keep everybody out, so many would find nothing else
	for _, c := range clients {
		if !slices.Contains(c.speaks, s.Speaks.Name) || alone && c.name == manyName {
			continue
		}
		found, err := c.play(ctx, s)
		if ctx.Err() != nil {
			return ctx.Err()
		} else if err != nil {
			found = Finding{Verdict: Unknown, Saw: err.Error()}
		}
		found.Client = c.name
		alone = alone || found.Verdict == Fell && found.Pitfall == "handshake"
		gone := s.asks(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if gone != nil {
			found.Verdict, found.Saw = Fell, "afterwards nobody is answered: "+gone.Error()
		}
		tell(found)
		if gone != nil {
			return nil
		}
	}
	return nil
}

// asks is a client as one would wish it.
func (s Server) asks(ctx context.Context) error {
	conn, err := s.dial(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return s.Speaks.ask(conn)
}

// dial connects for as long as an answer may take. The connection closes with ctx.
func (s Server) dial(ctx context.Context) (*net.TCPConn, error) {
	d := net.Dialer{Timeout: s.Answer}
	conn, err := d.DialContext(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, err
	}
	conn.SetDeadline(time.Now().Add(s.Answer))
	context.AfterFunc(ctx, func() { conn.Close() }) // once more is no harm
	return conn.(*net.TCPConn), nil
}
