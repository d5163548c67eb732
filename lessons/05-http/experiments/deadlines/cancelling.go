package deadlines

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/experiment"
)

// Cancelling gives up in the middle of an answer, while the request's body is being sent.
var Cancelling = experiment.Experiment{
	Name:     "cancelling",
	Subjects: []string{"context", "RST_STREAM", "STOP_SENDING", "RESET_STREAM", "context canceled"},
	About:    "A client gives up in mid-answer: what its server sees, and what the next request costs",
	Do:       cancelling,
}

func cancelling(ctx context.Context, r *experiment.Report) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	certificate, err := authority.Certificate()
	if err != nil {
		return err
	}
	roots := &tls.Config{RootCAs: authority.Pool()}
	var made [3]int
	for i, version := range []string{"HTTP/1.1", "HTTP/2.0", "HTTP/3.0"} {
		w, err := open(version, certificate, roots)
		if err != nil {
			return err
		}
		seen, err := w.giveUp(ctx)
		w.close()
		if err != nil {
			return fmt.Errorf("%s: %w", version, err)
		}
		made[i] = int(w.made.Load())
		r.Add(version+": the client gets", seen.client)
		r.Add("  is that context.Canceled to errors.Is", errors.Is(seen.client, context.Canceled))
		r.Add("  the server's Read gets", seen.read)
		r.Add("  and its Write", seen.write)
		r.Add("  the server's context", seen.context)
		r.Add("  connections, with the next request", made[i])
	}
	r.Shown = made == [3]int{2, 1, 1}
	r.Says = "HTTP/1.1 has no word for it but closing the connection. HTTP/2 resets one stream, and HTTP/3 both directions of one, so that the connection serves on."
	return nil
}

// A sight is what both sides have seen of one request that was given up.
type sight struct{ client, read, write, context error }

// giveUp cancels a request once its answer has begun, and asks again.
func (w *world) giveUp(ctx context.Context) (seen sight, err error) {
	half, cancel := context.WithCancel(ctx)
	defer cancel()
	resp, err := w.do(half, "POST", endless{})
	if err != nil {
		return seen, err
	}
	if resp.Proto != w.version {
		resp.Body.Close()
		return seen, fmt.Errorf("it was %s", resp.Proto)
	}
	if _, err := io.ReadFull(resp.Body, make([]byte, 12)); err != nil {
		resp.Body.Close()
		return seen, err
	}
	cancel()
	_, seen.client = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	select {
	case at := <-w.seen:
		seen.read, seen.write, seen.context = at.read, at.write, at.context
	case <-ctx.Done():
		return seen, ctx.Err()
	}
	if resp, err = w.do(ctx, "GET", nil); err != nil {
		return seen, err
	}
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	return seen, err
}

func (w *world) do(ctx context.Context, method string, body io.Reader) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, "https://"+w.address+"/", body)
	if err != nil {
		return nil, err
	}
	return w.client.RoundTrip(req)
}

// answer begins an answer, reads on until that fails, and writes on until that does.
func (w *world) answer(rw http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(rw)
	control.EnableFullDuplex() // HTTP/1.1: read on although the answer has begun
	io.WriteString(rw, "hello, wire\n")
	control.Flush()
	if r.Method != "POST" {
		return
	}
	var at sight
	_, at.read = io.Copy(io.Discard, r.Body)
	for at.write == nil {
		if _, at.write = rw.Write(make([]byte, 64<<10)); at.write == nil {
			at.write = control.Flush()
		}
	}
	<-r.Context().Done()
	at.context = context.Cause(r.Context())
	if at.read == nil {
		at.read = errors.New("the body's end")
	}
	w.seen <- at
}
