package keepalive

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"onthewire/lessons/05-http/h1"
	"onthewire/lessons/internal/experiment"
)

// Continue sends a body that is welcome and one that is not, with and without asking before.
var Continue = experiment.Experiment{
	Name:      "continue",
	Subjects:  []string{"Expect: 100-continue"},
	About:     "A body of 8 KB, and one that nobody wants, 50 ms to and fro",
	Simulated: true,
	Do:        asking,
}

func asking(ctx context.Context, r *experiment.Report) error {
	handler := func(w *h1.Response, r *h1.Request) {
		if r.Target == "/unwanted" {
			w.Status = 404
			return
		}
		io.Copy(io.Discard, r.Body)
	}
	var took [2]time.Duration
	var wasted [2]int
	for i, way := range []struct{ name, field string }{
		{"it is sent at once", ""},
		{"the client asks first", "Expect: 100-continue\r\n"},
	} {
		for _, path := range []string{"/wanted", "/unwanted"} {
			err := serving(ctx, handler, func(conn net.Conn) error {
				begun := time.Now()
				sent, status, err := post(conn, path, way.field)
				if err != nil {
					return err
				}
				if path == "/wanted" {
					took[i] = time.Since(begun)
					r.Add(fmt.Sprint(way.name, ": ", status, " after"), took[i].Round(time.Millisecond))
				} else {
					wasted[i] = sent
					r.Add(fmt.Sprint("  bytes of it sent, to hear ", status), sent)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
	}
	r.Shown = took[1] >= took[0]+2*oneWay*9/10 && wasted[0] == size && wasted[1] == 0
	r.Says = "To ask costs a round trip whenever the body is welcome, and saves the body whenever it is not."
	return nil
}

// size is how long the body is.
const size = 8 << 10

// post sends a head, waits for leave if it has asked for it, and returns how many bytes of the
// body it has sent until it was answered.
func post(conn net.Conn, path, field string) (sent, status int, err error) {
	in := bufio.NewReader(conn)
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n%s\r\n", path, size, field)
	if field != "" {
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			return 0, 0, fmt.Errorf("read an answer: %w", err)
		}
		if response.StatusCode != http.StatusContinue {
			return 0, response.StatusCode, nil
		}
	}
	sent, err = conn.Write(make([]byte, size))
	if err != nil {
		return sent, 0, fmt.Errorf("send a body: %w", err)
	}
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return sent, 0, fmt.Errorf("read an answer: %w", err)
	}
	return sent, response.StatusCode, nil
}
