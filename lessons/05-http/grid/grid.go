// Package grid gives one request to three parsers, and notes what each has made of it.
//
// A parser reads one message after the other, as a server does on a connection. The bytes are
// in memory and end with the request, so whoever wants more of them is found out.
package grid

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/05-http/naive"
)

// A Message is a request as a parser has read it.
type Message struct {
	Method string `json:"method"`
	Target string `json:"target"`
	Body   string `json:"body"`
	End    int    `json:"end"` // the place behind its last byte
}

// A Verdict is what a parser has made of some bytes: messages, and perhaps a bad end.
type Verdict struct {
	Parser   string    `json:"parser"`
	Messages []Message `json:"messages"`
	Status   int       `json:"status,omitempty"` // with which it refuses what follows
	Why      string    `json:"why,omitempty"`
	Waits    bool      `json:"waits,omitempty"` // for bytes that do not come
}

// String is the targets with the length of each body, and how it ended.
func (v Verdict) String() string {
	var parts []string
	for _, m := range v.Messages {
		parts = append(parts, fmt.Sprintf("%s %d", m.Target, len(m.Body)))
	}
	if v.Status != 0 {
		parts = append(parts, fmt.Sprint(v.Status))
	}
	if v.Waits {
		parts = append(parts, "waits")
	}
	return strings.Join(parts, ", ")
}

// Parsers are the names of the three, in the order of what Judge returns.
var Parsers = []string{"ours", "net/http", "naive"}

// Judge gives the bytes to each parser.
func Judge(ctx context.Context, request string) ([]Verdict, error) {
	ours := walk("ours", request, func(r *bufio.Reader) (Message, error) {
		req, err := h1.ReadRequest(r, h1.Limits{})
		if err != nil {
			return Message{}, err
		}
		body, err := io.ReadAll(req.Body)
		return Message{Method: req.Method, Target: req.Target, Body: string(body)}, err
	})
	standard, err := serve(ctx, request)
	if err != nil {
		return nil, err
	}
	kind := walk("naive", request, func(r *bufio.Reader) (Message, error) {
		req, err := naive.ReadRequest(r)
		if err != nil {
			return Message{}, err
		}
		return Message{Method: req.Method, Target: req.Path, Body: string(req.Body)}, nil
	})
	return []Verdict{ours, standard, kind}, nil
}

// walk reads messages until the bytes are at their end, or one is refused.
func walk(parser, request string, next func(*bufio.Reader) (Message, error)) Verdict {
	v := Verdict{Parser: parser, Messages: []Message{}}
	from := strings.NewReader(request)
	in := bufio.NewReader(from)
	for place := 0; place < len(request); {
		m, err := next(in)
		place = len(request) - from.Len() - in.Buffered()
		if err == nil {
			m.End = place
			v.Messages = append(v.Messages, m)
			continue
		}
		refusal, ok := errors.AsType[*h1.Refusal](err)
		switch {
		case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
			v.Waits = true
		case ok:
			v.Status, v.Why = refusal.Status, refusal.Why
		default:
			v.Status, v.Why = http.StatusBadRequest, err.Error()
		}
		break
	}
	return v
}

// standard reads one message as the server of net/http does. What that server refuses besides,
// serve knows.
func standard(r *bufio.Reader) (Message, error) {
	req, err := http.ReadRequest(r)
	if err != nil {
		return Message{}, err
	}
	var body bytes.Buffer
	_, err = body.ReadFrom(req.Body)
	return Message{Method: req.Method, Target: req.RequestURI, Body: body.String()}, err
}
