package reading

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"onthewire/lessons/05-http/grid"
	"onthewire/lessons/05-http/h1"
)

// last is behind each odd request, so that there is an end.
const last = "GET {to}/last HTTP/1.1\r\nHost: wire\r\nConnection: close\r\n\r\n"

// An Outcome is what became of a request.
type Outcome struct {
	Left     string   // what the origin was asked, or else the status with which nothing was
	Readings []string // how the bytes that left can be read; more than one is a hole
}

// Request sends one through a proxy.
func Request(ctx context.Context, proxy string, odd Odd) (Outcome, error) {
	tape := new(tape)
	origin, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return Outcome{}, err
	}
	ctx, stop := context.WithCancel(ctx)
	var serving sync.WaitGroup
	defer serving.Wait()
	defer stop()
	serving.Go(func() {
		server := &h1.Server{Handler: func(w *h1.Response, r *h1.Request) { io.Copy(io.Discard, r.Body) }}
		server.Serve(ctx, recording{origin, tape})
	})
	to := "http://" + origin.Addr().String()
	status, err := through(ctx, &serving, proxy, origin.Addr().String(), odd.bytes(to)+strings.ReplaceAll(last, "{to}", to))
	if err != nil {
		return Outcome{}, err
	}
	o, err := tape.outcome(ctx)
	if o.Left == "" {
		o.Left = fmt.Sprint(status)
	} else if status != http.StatusOK {
		o.Left += fmt.Sprintf(", %d", status)
	}
	return o, err
}

// through sends bytes to a proxy, and returns the first status that is not 200, if any is.
func through(ctx context.Context, serving *sync.WaitGroup, proxy, origin, text string) (int, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	serving.Go(func() { serve(ctx, proxy, l, origin) })
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Now().Add(2 * timeout))
	if _, err := io.WriteString(conn, text); err != nil {
		return 0, err
	}
	for r := bufio.NewReader(conn); ; {
		answer, err := http.ReadResponse(r, nil)
		if err != nil {
			return http.StatusOK, ctx.Err() // it has closed
		}
		io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusOK {
			return answer.StatusCode, nil
		}
	}
}

// A tape has the bytes of each connection to an origin.
type tape struct {
	mu    sync.Mutex
	conns []*bytes.Buffer
}

// hear begins a connection.
func (t *tape) hear(begins []byte) *bytes.Buffer {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.conns = append(t.conns, bytes.NewBuffer(begins))
	return t.conns[len(t.conns)-1]
}

// outcome reads the tape as two strict servers would.
func (t *tape) outcome(ctx context.Context) (o Outcome, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var readings [2][]string
	for _, conn := range t.conns {
		verdicts, err := grid.Judge(ctx, conn.String())
		if err != nil {
			return o, err
		}
		for i := range readings {
			if text := withoutLast(verdicts[i].String()); text != "" {
				readings[i] = append(readings[i], text)
			}
		}
	}
	o.Left = strings.Join(readings[0], ", ")
	o.Readings = []string{o.Left}
	if other := strings.Join(readings[1], ", "); other != o.Left {
		o.Readings = append(o.Readings, other)
	}
	return o, nil
}

// withoutLast leaves out the end that we have added, and a request that was cut, of which
// perhaps some has left and perhaps none.
func withoutLast(text string) string {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "/last 0"), ", ")
	return strings.TrimSuffix(strings.TrimSuffix(text, "waits"), ", ")
}

// recording keeps what comes on each connection that it accepts.
type recording struct {
	net.Listener
	tape *tape
}

func (r recording) Accept() (net.Conn, error) {
	conn, err := r.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return taped{conn, r.tape, r.tape.hear(nil)}, nil
}

type taped struct {
	net.Conn
	tape  *tape
	heard *bytes.Buffer
}

func (t taped) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.tape.mu.Lock()
	defer t.tape.mu.Unlock()
	t.heard.Write(p[:n])
	return n, err
}
