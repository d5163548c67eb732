package h1

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"onthewire/lessons/internal/measure"
)

// With this in its environment the test binary is one of the two servers that are compared.
const benchAs = "H1_BENCH_AS"

func TestMain(m *testing.M) {
	if name := os.Getenv(benchAs); name != "" {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err == nil {
			fmt.Println("listening on", l.Addr())
			err = rivals[name](l)
		}
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

var rivals = map[string]func(net.Listener) error{
	"h1": func(l net.Listener) error {
		s := &Server{Handler: hello}
		return s.Serve(context.Background(), l)
	},
	"net/http": func(l net.Listener) error {
		return http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			io.WriteString(w, "Hello, World!")
		}))
	},
}

func hello(w *Response, r *Request) {
	if _, err := io.Copy(io.Discard, r.Body); err != nil {
		return
	}
	w.Set("Content-Type", "text/plain; charset=utf-8")
	io.WriteString(w, "Hello, World!")
}

// BenchmarkHello gives each of two servers a CPU of its own, in turns, and all clients the
// other one. Requests a second of the server's CPU tell the two apart, since the clients are
// as busy as a good server is:
//
//	go test -run='^$' -bench=Hello ./lessons/05-http/h1
func BenchmarkHello(b *testing.B) {
	place, notes := measure.NewPlace()
	for _, note := range notes {
		b.Log(note)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const rounds = 5
	perCore, perSecond := map[string][]float64{}, map[string][]float64{}
	for b.Loop() {
		for round := range rounds {
			for _, name := range measure.Rotated([]string{"h1", "net/http"}, round) {
				core, second, err := turn(b.Context(), place, name)
				if err != nil {
					b.Fatal(err)
				}
				perCore[name], perSecond[name] = append(perCore[name], core), append(perSecond[name], second)
			}
		}
	}
	for name := range rivals {
		b.ReportMetric(measure.Median(perCore[name]), name+"-req/cpu-s")
		b.ReportMetric(measure.Median(perSecond[name]), name+"-req/s")
	}
	b.ReportMetric(measure.Median(perCore["h1"])/measure.Median(perCore["net/http"]), "ratio")
}

// turn asks one server for a second.
func turn(ctx context.Context, place *measure.Place, name string) (perCore, perSecond float64, err error) {
	server := measure.Server{Name: name, Command: []string{"env", benchAs + "=" + name, os.Args[0]}}
	p, address, err := server.Start(ctx, place.Server)
	if err != nil {
		return 0, 0, err
	}
	defer p.Kill()
	var answered atomic.Int64
	var clients sync.WaitGroup
	failures := make(chan error, 64)
	begun := time.Now()
	before := measure.LookAt(p.PID(), place.Server)
	for range cap(failures) {
		clients.Go(func() { failures <- ask(address, begun.Add(time.Second), &answered) })
	}
	clients.Wait()
	after := measure.LookAt(p.PID(), place.Server)
	took := time.Since(begun)
	close(failures)
	for failure := range failures {
		err = errors.Join(err, failure)
	}
	if !before.Known || !after.Known {
		err = errors.Join(err, errors.New("this system does not tell a process's CPU time"))
	}
	n := float64(answered.Load())
	return n / (after.CPU - before.CPU).Seconds(), n / took.Seconds(), err
}

// ask asks again and again on one connection. It does no more than it must: the answers all
// have the same length.
func ask(address string, until time.Time, answered *atomic.Int64) error {
	conn, err := net.Dial("tcp4", address)
	if err != nil {
		return err
	}
	defer conn.Close()
	conn.SetDeadline(until.Add(10 * time.Second))
	request := []byte("GET / HTTP/1.1\r\nHost: 127.0.0.1:3000\r\nUser-Agent: wire/1\r\nAccept: */*\r\n\r\n")
	answer := make([]byte, 4096)
	for time.Now().Before(until) {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		if n, err := conn.Read(answer); err != nil || n < 100 {
			return fmt.Errorf("an answer of %d bytes: %w", n, err)
		}
		answered.Add(1)
	}
	return nil
}
