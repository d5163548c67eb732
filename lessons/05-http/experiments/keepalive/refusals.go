package keepalive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/05-http/pipe"
	"onthewire/lessons/internal/experiment"
)

// Refusals gives requests that two readers could understand in two ways to ours and to package
// net/http.
var Refusals = experiment.Experiment{
	Name:      "refusals",
	Subjects:  []string{"400 Bad Request", "RFC 9112", "http.Server"},
	About:     "Requests of which two servers might not make the same",
	Simulated: true,
	Do:        refused,
}

var doubtful = []struct{ what, message string }{
	{"two lengths, 5 and 6", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"},
	{"two lengths, both 5", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello"},
	{"a length, and chunked", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{"a length with a sign", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello"},
	{"a chunk's size with 0x", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n"},
	{"a line that ends with LF alone", "GET / HTTP/1.1\r\nHost: a\nX: y\r\n\r\n"},
	{"a CR within a line", "GET / HTTP/1.1\r\nHost: a\r\nX: y\rz\r\n\r\n"},
	{"a field that goes on in a second line", "GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n"},
	{"a space before the colon", "GET / HTTP/1.1\r\nHost: a\r\nX : y\r\n\r\n"},
	{"chunked in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
	{"no Host", "GET / HTTP/1.1\r\n\r\n"},
	{"a coding that nobody knows", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n"},
}

func refused(ctx context.Context, r *experiment.Report) error {
	listener := pipe.Listen()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	})}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	defer func() {
		server.Close()
		<-ended
	}()
	both, ours := 0, 0
	for _, d := range doubtful {
		request, err := h1.ReadRequest(bufio.NewReader(strings.NewReader(d.message)), h1.Limits{})
		if err == nil {
			_, err = io.ReadAll(request.Body)
		}
		status := http.StatusOK
		if refusal, ok := errors.AsType[*h1.Refusal](err); ok {
			status = refusal.Status
			ours++
		}
		theirs, err := statusOf(ctx, listener, d.message)
		if err != nil {
			return err
		}
		if theirs != http.StatusOK {
			both++
		}
		r.Add(d.what, fmt.Sprintf("%d, by net/http %d", status, theirs))
	}
	r.Shown = ours == len(doubtful) && both < ours
	r.Says = "Where net/http answers 200, it has decided what was meant. It may be right, but a proxy in front of it decides for itself."
	return nil
}

// statusOf says the message to a server, and hears what that makes of it.
func statusOf(ctx context.Context, listener *pipe.Listener, message string) (int, error) {
	conn, err := listener.DialContext(ctx, "", "")
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	go io.WriteString(conn, message)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, fmt.Errorf("read an answer: %w", err)
	}
	return response.StatusCode, nil
}
