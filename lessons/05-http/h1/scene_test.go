package h1

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A scene is a server whose clients are connected in memory, so that its time can be virtual.
type scene struct {
	t     *testing.T
	conns chan net.Conn
	gone  chan struct{}
	stop  context.CancelFunc
	ended chan error

	mu      sync.Mutex
	reports []string
}

// serving starts a server inside a bubble.
func serving(t *testing.T, s *Server) *scene {
	t.Helper()
	sc := &scene{t: t, conns: make(chan net.Conn), gone: make(chan struct{}), ended: make(chan error, 1)}
	if s.Handler == nil {
		s.Handler = hello
	}
	s.Report = func(err error) {
		sc.mu.Lock()
		defer sc.mu.Unlock()
		sc.reports = append(sc.reports, err.Error())
	}
	ctx, stop := context.WithCancel(t.Context())
	sc.stop = stop
	go func() { sc.ended <- s.Serve(ctx, sc) }()
	t.Cleanup(func() {
		stop()
		<-sc.ended
	})
	return sc
}

func (sc *scene) Accept() (net.Conn, error) {
	select {
	case conn := <-sc.conns:
		return conn, nil
	case <-sc.gone:
		return nil, net.ErrClosed
	}
}

func (sc *scene) Close() error {
	close(sc.gone)
	return nil
}

func (sc *scene) Addr() net.Addr { return &net.UnixAddr{Name: "memory", Net: "unix"} }

// A client is one that reads in the background, as a kernel does.
type client struct {
	t *testing.T
	net.Conn
	*bufio.Reader
	busy sync.WaitGroup
}

func (sc *scene) client() *client {
	ours, theirs := net.Pipe()
	sc.conns <- theirs
	in, out := io.Pipe()
	go func() {
		_, err := io.Copy(out, ours)
		out.CloseWithError(err)
	}()
	c := &client{t: sc.t, Conn: ours, Reader: bufio.NewReaderSize(in, 1<<20)}
	sc.t.Cleanup(func() {
		ours.Close()
		in.Close()
		c.busy.Wait()
	})
	return c
}

func (c *client) Read(p []byte) (int, error) { return c.Reader.Read(p) }

// says writes, in pieces, and does not wait until it is taken.
func (c *client) says(text string, size int) {
	c.drips(text, size, 0)
}

// drips writes a piece at a time, and a time between.
func (c *client) drips(text string, size int, every time.Duration) {
	c.busy.Go(func() {
		for len(text) > 0 {
			n, err := c.Write([]byte(text[:min(size, len(text))]))
			if text = text[n:]; err != nil {
				return
			}
			time.Sleep(every)
		}
	})
}

// hears reads one answer and wants this status and body.
func (c *client) hears(method string, status int, body string) *http.Response {
	c.t.Helper()
	response, err := http.ReadResponse(c.Reader, &http.Request{Method: method})
	if err != nil {
		c.t.Fatalf("no answer: %v", err)
	}
	got, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != status || string(got) != body && body != "*" {
		c.t.Fatalf("the answer is %d, %.80q, %v; want %d, %.80q", response.StatusCode, got, err, status, body)
	}
	return response
}

// ends wants nothing more to come.
func (c *client) ends() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.Reader); len(rest) > 0 || err != nil {
		c.t.Fatalf("behind the answer comes %.80q, %v; want the end", rest, err)
	}
}

// reported wants one report with this in it. A client may see the end before it is made.
func (sc *scene) reported(what string) {
	sc.t.Helper()
	synctest.Wait()
	sc.mu.Lock()
	defer sc.mu.Unlock()
	if len(sc.reports) != 1 || !strings.Contains(sc.reports[0], what) {
		sc.t.Errorf("reported: %q, want %q", sc.reports, what)
	}
	sc.reports = nil
}

// took wants so much time to have passed.
func took(t *testing.T, begun time.Time, want time.Duration) {
	t.Helper()
	if d := time.Since(begun); d < want || d > want+2*glance {
		t.Errorf("it took %v, want %v", d, want)
	}
}
