package twowrites

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"onthewire/lessons/02-socket-options/socket"
	"onthewire/lessons/internal/exercise"
)

const (
	limit  = 5 * time.Millisecond
	rounds = 5 // the fastest counts: one of them may have waited for a processor
	answer = "hello, wire\n"
)

func TestTheAnswerIsThereInUnderFiveMilliseconds(t *testing.T) {
	exercise.Check(t, func() error {
		if err := withOptionIsFast(); err != nil {
			return fmt.Errorf("with the option, %w", err)
		}
		if err := withoutOptionIsFast(); err != nil {
			return fmt.Errorf("without the option, %w", err)
		}
		return nil
	})
}

func withOptionIsFast() error {
	w, err := open()
	if err != nil {
		return err
	}
	defer w.close()
	for _, r := range requests() {
		if err := w.ask(withOption, r); err != nil {
			return err
		}
		if on, err := w.noDelay(); err != nil || !on {
			return errors.Join(errors.New("the request is sent and TCP_NODELAY is still off"), err)
		}
	}
	return w.aBrokenConnectionIsReported(withOption)
}

func withoutOptionIsFast() error {
	w, err := open()
	if err != nil {
		return err
	}
	defer w.close()
	for _, r := range requests() {
		before, known := segments(w.client)
		if err := w.ask(withoutOption, r); err != nil {
			return err
		}
		if on, err := w.noDelay(); err != nil || on {
			return errors.Join(errors.New("the request is sent and TCP_NODELAY is on"), err)
		}
		// Had the option been on for a moment, each write would have left in a segment of
		// its own. A busy machine may have repeated one or two.
		const messages = rounds * (warm + 1)
		if after, _ := segments(w.client); known && r.short && after-before >= messages+rounds {
			return fmt.Errorf("the head leaves in one segment and the body in another: %d segments for %d messages", after-before, messages)
		}
	}
	return w.aBrokenConnectionIsReported(withoutOption)
}

// A request is a head and a body, and behind the head is what somebody will say next.
type request struct {
	name       string
	short      bool // it fits into a segment anywhere
	head, body []byte
	behind     []byte // the array that head is the beginning of
}

func requests() []request {
	short := request{name: "a short request", short: true, behind: []byte("hello, this is what comes next"), body: []byte("wire\n")}
	long := request{name: "a request of 6,007 bytes", behind: bytes.Clone(short.behind), body: bytes.Repeat([]byte("x"), 6000)}
	short.head, long.head = short.behind[:7], long.behind[:7]
	return []request{short, long}
}

// ask sends the request again and again, and times how long its answers take.
func (w *wire) ask(send func(*net.TCPConn, []byte, []byte) error, r request) error {
	want := append(bytes.Clone(r.head), r.body...)
	body, behind := bytes.Clone(r.body), bytes.Clone(r.behind)
	fastest := time.Hour
	for range rounds {
		// A kernel acknowledges at once until it has seen that this server answers.
		for range warm {
			if _, err := w.exchange([]byte("are you there?"), func() error {
				_, err := io.WriteString(w.client, "are you there?")
				return err
			}); err != nil {
				return err
			}
		}
		took, err := w.exchange(want, func() error { return send(w.client, r.head, r.body) })
		if err != nil {
			return err
		}
		if !bytes.Equal(r.behind, behind) || !bytes.Equal(r.body, body) {
			return fmt.Errorf("your code writes into bytes that are not its own: where %q was there is %q", behind, r.behind)
		}
		fastest = min(fastest, took)
	}
	if fastest >= limit {
		return fmt.Errorf("the rest of the request waits for an acknowledgement of its beginning: %s, and the fastest of %d answers took %v",
			r.name, rounds, fastest.Round(100*time.Microsecond))
	}
	return nil
}

// warm is how many requests in one write come before each that is timed.
const warm = 4

// exchange lets send send what the server wants, and tells how long the answer takes.
func (w *wire) exchange(want []byte, send func() error) (took time.Duration, err error) {
	deadline := time.Now().Add(exercise.Timeout())
	w.client.SetDeadline(deadline)
	w.server.SetDeadline(deadline)
	served := make(chan error, 1)
	go func() {
		got := make([]byte, len(want))
		n, err := io.ReadFull(w.server, got)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			err = fmt.Errorf("the server waits for the rest of the request: it has %d of %d bytes", n, len(want))
		case err == nil && !bytes.Equal(got, want):
			err = fmt.Errorf("the server gets another request: %.20q, and not %.20q", got, want)
		case err == nil:
			_, err = io.WriteString(w.server, answer)
		}
		served <- err
	}()
	begun := time.Now()
	sent := exercise.Catch(send)
	if sent != nil {
		w.server.SetDeadline(time.Now())
		<-served
		return 0, fmt.Errorf("sending fails: %w", sent)
	}
	got := make([]byte, len(answer))
	_, err = io.ReadFull(w.client, got)
	took = time.Since(begun)
	if wrong := <-served; wrong != nil {
		return 0, wrong
	}
	if err != nil {
		return 0, fmt.Errorf("the answer does not arrive: %w", err)
	}
	return took, nil
}

func (w *wire) aBrokenConnectionIsReported(send func(*net.TCPConn, []byte, []byte) error) error {
	if err := w.client.CloseWrite(); err != nil {
		return err
	}
	if send(w.client, []byte("hello, "), []byte("wire\n")) == nil {
		return errors.New("nothing can be sent any more, and no error is returned")
	}
	return nil
}

// A wire is a connection over loopback, and this check is at both of its ends.
type wire struct{ client, server *net.TCPConn }

func open() (*wire, error) {
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	defer listener.Close()
	client, err := net.Dial("tcp4", listener.Addr().String())
	if err != nil {
		return nil, err
	}
	server, err := listener.Accept()
	if err != nil {
		client.Close()
		return nil, err
	}
	w := &wire{client.(*net.TCPConn), server.(*net.TCPConn)}
	if err := w.client.SetNoDelay(false); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *wire) noDelay() (bool, error) {
	s, err := socket.From(w.client)
	if err != nil {
		return false, err
	}
	defer s.Close()
	return s.NoDelay()
}

func (w *wire) close() {
	w.client.Close()
	w.server.Close()
}
