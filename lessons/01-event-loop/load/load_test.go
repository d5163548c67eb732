//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package load

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"onthewire/lessons/internal/leak"
	"onthewire/lessons/internal/measure"
)

// The test binary is also the server that a trial starts.
func TestMain(m *testing.M) {
	address := os.Getenv("LOAD_SERVER")
	if address == "" {
		os.Exit(m.Run())
	}
	if len(os.Args) > 1 {
		address = "127.0.0.1:" + os.Args[1]
	}
	l, err := net.Listen("tcp4", address)
	if err != nil {
		os.Exit(1)
	}
	if len(os.Args) == 1 {
		os.Stdout.WriteString("listening on " + l.Addr().String() + "\n")
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			os.Exit(1)
		}
		go io.Copy(conn, conn)
	}
}

// serve hands each connection to a server of the test's own, with its number.
func serve(t *testing.T, each func(n int, conn *net.TCPConn)) string {
	t.Helper()
	leak.Check(t)
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	var serving sync.WaitGroup
	serving.Go(func() {
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				each(n, conn.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	return l.Addr().String()
}

// talk opens the clients and lets them talk.
func talk(t *testing.T, plan Plan, long time.Duration) Result {
	t.Helper()
	c, err := Open(t.Context(), plan)
	must(t, err)
	defer c.Close()
	r, err := c.Run(t.Context(), long)
	must(t, err)
	return r
}

// echo hides that conn is a TCPConn: io.Copy would splice, and keep the pipes for later.
func echo(conn *net.TCPConn) int64 {
	n, _ := io.Copy(struct{ io.Writer }{conn}, struct{ io.Reader }{conn})
	return n
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const briefly = 50 * time.Millisecond

func TestEveryMessageIsAnsweredAndCountedOnce(t *testing.T) {
	for _, plan := range []Plan{
		{Conns: 1, Payload: 1, Pipeline: 1},
		{Conns: 20, Payload: 64, Pipeline: 1},
		{Conns: 5, Payload: 13, Pipeline: 100},
		{Conns: 3, Payload: 300_001, Pipeline: 7}, // more than the kernel takes at once
	} {
		var echoed atomic.Int64
		plan.Addr = serve(t, func(_ int, conn *net.TCPConn) {
			echoed.Add(echo(conn))
		})
		c, err := Open(t.Context(), plan)
		must(t, err)
		answered := 0
		for range 2 { // a second run goes on where the first has stopped
			r, err := c.Run(t.Context(), briefly)
			must(t, err)
			if r.Faults.Any() {
				t.Errorf("%+v: faults %+v", plan, r.Faults)
			}
			if r.Answered == 0 || int64(r.Answered) != r.RoundTrips.TotalCount() {
				t.Errorf("%+v: %d answered, and the round trips of %d", plan, r.Answered, r.RoundTrips.TotalCount())
			}
			answered += r.Answered
		}
		c.Close()
		want := int64(answered) * int64(plan.Payload)
		for end := time.Now().Add(10 * time.Second); echoed.Load() != want && time.Now().Before(end); {
			time.Sleep(time.Millisecond) // the server still counts
		}
		if got := echoed.Load(); got != want {
			t.Errorf("%+v: %d messages answered, and the server echoed %d bytes", plan, answered, got)
		}
	}
}

func TestPercentilesGrow(t *testing.T) {
	r := talk(t, Plan{Addr: serve(t, func(_ int, conn *net.TCPConn) { echo(conn) }), Conns: 10, Payload: 64, Pipeline: 2}, briefly)
	var times []time.Duration
	for _, percent := range []float64{0, 50, 90, 99, 99.9, 100} {
		times = append(times, r.Percentile(percent))
	}
	if !slices.IsSorted(times) || times[0] <= 0 {
		t.Errorf("the percentiles are %v", times)
	}
	if r.PerSecond() <= 0 || r.Took <= 0 {
		t.Errorf("%v a second in %v", r.PerSecond(), r.Took)
	}
}

func TestOneChangedByteIsFound(t *testing.T) {
	address := serve(t, func(n int, conn *net.TCPConn) {
		b := make([]byte, 1000)
		for n == 3 {
			if _, err := io.ReadFull(conn, b); err != nil {
				return
			}
			b[617] ^= 1
			conn.Write(b)
		}
		echo(conn)
	})
	r := talk(t, Plan{Addr: address, Conns: 5, Payload: 1000, Pipeline: 1}, briefly)
	if want := (Faults{Wrong: 1, Unanswered: 1}); r.Faults != want {
		t.Errorf("%+v, want %+v", r.Faults, want)
	}
	if r.Answered == 0 {
		t.Error("and the other four were not answered")
	}
}

// The oldest mistake of a server with one buffer for all: an answer goes to somebody else.
func TestAnAnswerToAnotherClientIsFound(t *testing.T) {
	var said [2][]byte
	var both sync.WaitGroup
	both.Add(2)
	address := serve(t, func(n int, conn *net.TCPConn) {
		said[n] = make([]byte, 64)
		io.ReadFull(conn, said[n])
		both.Done()
		both.Wait()
		conn.Write(said[1-n])
		io.Copy(io.Discard, conn)
	})
	r := talk(t, Plan{Addr: address, Conns: 2, Payload: 64, Pipeline: 1}, briefly)
	if want := (Faults{Wrong: 2, Unanswered: 2}); r.Faults != want {
		t.Errorf("%+v, want %+v", r.Faults, want)
	}
}

func TestAnEchoThatIsTooLongIsWrong(t *testing.T) {
	address := serve(t, func(_ int, conn *net.TCPConn) {
		b := make([]byte, 64)
		io.ReadFull(conn, b)
		conn.Write(append(b, b...))
		io.Copy(io.Discard, conn)
	})
	if r := talk(t, Plan{Addr: address, Conns: 1, Payload: 64, Pipeline: 1}, briefly); r.Faults.Wrong != 1 {
		t.Errorf("%+v, want one that is wrong", r.Faults)
	}
}

func TestResetsAreCounted(t *testing.T) {
	address := serve(t, func(n int, conn *net.TCPConn) {
		if n < 4 {
			io.ReadFull(conn, make([]byte, 64))
			conn.SetLinger(0)
			return
		}
		echo(conn)
	})
	r := talk(t, Plan{Addr: address, Conns: 10, Payload: 64, Pipeline: 1}, briefly)
	if want := (Faults{Reset: 4, Unanswered: 4}); r.Faults != want {
		t.Errorf("%+v, want %+v", r.Faults, want)
	}
}

func TestAnEarlyEndIsCounted(t *testing.T) {
	address := serve(t, func(_ int, conn *net.TCPConn) {
		io.ReadFull(conn, make([]byte, 64))
		conn.CloseWrite()
		io.Copy(io.Discard, conn)
	})
	r := talk(t, Plan{Addr: address, Conns: 3, Payload: 64, Pipeline: 1}, briefly)
	if want := (Faults{Closed: 3, Unanswered: 3}); r.Faults != want {
		t.Errorf("%+v, want %+v", r.Faults, want)
	}
}

func TestAServerThatFallsSilentEndsTheRun(t *testing.T) {
	defer func(usual time.Duration) { answerTimeout = usual }(answerTimeout)
	answerTimeout = 300 * time.Millisecond
	address := serve(t, func(_ int, conn *net.TCPConn) {
		b := make([]byte, 64)
		io.ReadFull(conn, b)
		conn.Write(b)
		io.Copy(io.Discard, conn)
	})
	begun := time.Now()
	r := talk(t, Plan{Addr: address, Conns: 3, Payload: 64, Pipeline: 2}, time.Hour)
	if want := (Faults{Unanswered: 6}); r.Faults != want || r.Answered != 3 {
		t.Errorf("%d answered, %+v, want 3 and %+v", r.Answered, r.Faults, want)
	}
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("it took %v to notice", took)
	}
}

func TestAnInterruptEndsTheRunInGoodOrder(t *testing.T) {
	address := serve(t, func(_ int, conn *net.TCPConn) { echo(conn) })
	ctx, stop := context.WithCancel(t.Context())
	c, err := Open(ctx, Plan{Addr: address, Conns: 3, Payload: 64, Pipeline: 1})
	must(t, err)
	defer c.Close()
	c.Progress = func(answered int) { // comes after a second
		if answered == 0 {
			t.Error("nothing answered so far")
		}
		stop()
	}
	r, err := c.Run(ctx, time.Hour)
	must(t, err)
	if r.Answered == 0 || r.Faults.Any() {
		t.Errorf("%d answered, %+v", r.Answered, r.Faults)
	}
}

func TestNobodyListens(t *testing.T) {
	leak.Check(t)
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	l.Close()
	_, err = Open(t.Context(), Plan{Addr: l.Addr().String(), Conns: 3, Payload: 64, Pipeline: 1})
	if !errors.Is(err, syscall.ECONNREFUSED) || !strings.HasPrefix(err.Error(), "connect "+l.Addr().String()+": ") {
		t.Errorf("%v, want connect HOST:PORT: connection refused", err)
	}
}

// Who waits in the queue of a listener that closes is reset. Who comes later is refused.
func TestAServerThatClosesItsDoorIsFoundOut(t *testing.T) {
	leak.Check(t)
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	closed := make(chan error)
	go func() {
		conn, err := l.Accept()
		l.Close()
		closed <- err
		if err == nil {
			conn.Close()
		}
	}()
	const conns = 2000
	c, err := Open(t.Context(), Plan{Addr: l.Addr().String(), Conns: conns, Payload: 64, Pipeline: 1})
	must(t, err)
	defer c.Close()
	must(t, <-closed)
	r, err := c.Run(t.Context(), briefly)
	must(t, err)
	if r.Faults.Refused+r.Faults.Reset+r.Faults.Closed != conns {
		t.Errorf("%+v, want %d in all", r.Faults, conns)
	}
}

func TestClientsComeFromSeveralAddresses(t *testing.T) {
	if extra, err := net.Listen("tcp4", "127.0.0.2:0"); err != nil {
		t.Skipf("only Linux owns all of 127.0.0.0/8: %v", err)
	} else {
		extra.Close()
	}
	var mu sync.Mutex
	from := map[string]int{}
	address := serve(t, func(_ int, conn *net.TCPConn) {
		host, _, _ := net.SplitHostPort(conn.RemoteAddr().String())
		mu.Lock()
		from[host]++
		mu.Unlock()
		echo(conn)
	})
	r := talk(t, Plan{Addr: address, Conns: 9, Payload: 64, Pipeline: 1, Sources: 3}, briefly)
	if r.Faults.Any() {
		t.Errorf("%+v", r.Faults)
	}
	mu.Lock()
	defer mu.Unlock()
	if from["127.0.0.1"] != 3 || from["127.0.0.2"] != 3 || from["127.0.0.3"] != 3 {
		t.Errorf("they came from %v", from)
	}
}

func TestATrialStartsTheServerAndEndsIt(t *testing.T) {
	t.Setenv("LOAD_SERVER", "127.0.0.1:0")
	for _, server := range []measure.Server{
		{Name: "tells its port", Command: []string{os.Args[0]}},
		{Name: "is told its port", Command: []string{os.Args[0], "{port}"}},
	} {
		t.Run(server.Name, func(t *testing.T) {
			leak.Check(t)
			trial, err := Try(t.Context(), server, Plan{Conns: 10, Payload: 64, Pipeline: 1}, briefly, &measure.Place{Server: measure.Anywhere, Ours: measure.Anywhere})
			must(t, err)
			if trial.Answered == 0 || trial.Faults.Any() || trial.Opened != 10 {
				t.Errorf("%d answered on %d connections, %+v", trial.Answered, trial.Opened, trial.Faults)
			}
			if trial.CPUKnown && trial.CPU <= 0 {
				t.Errorf("it used %v of CPU for %d messages", trial.CPU, trial.Answered)
			}
		})
	}
}

func TestATrialOfAServerThatCannotStartSaysWhy(t *testing.T) {
	leak.Check(t)
	_, err := Try(t.Context(), measure.Server{Name: "none", Command: []string{"/nonexistent/server", "{port}"}}, Plan{Conns: 1, Payload: 1, Pipeline: 1}, briefly, &measure.Place{Server: measure.Anywhere, Ours: measure.Anywhere})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%v", err)
	}
}
