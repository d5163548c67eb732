package floods

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/05-http/frames/local"
	"onthewire/lessons/internal/leak"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A victim is a server, and what its handlers are doing.
type victim struct {
	*local.Memory
	running, most atomic.Int64
	release       chan struct{} // lets slow handlers go
}

// start makes one whose handlers end with their request, or are slow and do not look at that.
func start(t *testing.T, slow bool) *victim {
	t.Helper()
	v := &victim{release: make(chan struct{})}
	m, err := local.StartMemory(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/other" {
			io.WriteString(w, "hello, wire\n")
			return
		}
		n := v.running.Add(1)
		defer v.running.Add(-1)
		for m := v.most.Load(); n > m && !v.most.CompareAndSwap(m, n); m = v.most.Load() {
		}
		if slow {
			<-v.release
		} else {
			<-r.Context().Done()
		}
	}))
	must(t, err)
	v.Memory = m
	t.Cleanup(func() { m.Close() })
	return v
}

// other is a client who wants an answer meanwhile.
func (v *victim) other(ctx context.Context) (string, error) {
	conn, err := v.Connect(ctx)
	if err != nil {
		return "", err
	}
	c, err := frames.Start(ctx, conn, nil)
	if err != nil {
		return "", err
	}
	defer c.Close()
	answer, err := c.Ask("/other")
	if err != nil {
		return "", err
	}
	return string(answer.Body), c.Goodbye()
}

// flood sends one, lets another client ask all the while, and returns how much the heap had at most.
func (v *victim) flood(t *testing.T, f Flood, most int) (o Outcome, answers int, heap uint64) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, err := v.Connect(ctx)
	must(t, err)
	defer conn.Close()
	over := make(chan error, 1)
	go func() {
		o, err = f.Send(ctx, conn, most)
		over <- err
	}()
	var m runtime.MemStats
	for {
		answer, err := v.other(ctx)
		if err != nil || answer != "hello, wire\n" {
			t.Fatalf("another client meanwhile: %q, %v", answer, err)
		}
		answers++
		runtime.ReadMemStats(&m)
		heap = max(heap, m.HeapAlloc)
		select {
		case err := <-over:
			must(t, err)
			if o.Ended {
				Gone(conn)
			}
			return o, answers, heap
		default:
		}
	}
}

const enough = 64 << 20 // the heap of this test, with all that is in it

func TestNoFloodFillsTheMemoryNorKeepsOthersWaiting(t *testing.T) {
	leak.Check(t)
	for _, c := range []struct {
		flood  Flood
		slow   bool
		most   int
		ended  bool
		reason string
	}{
		{RapidReset, false, 2_000, false, ""},                // or as below, where handlers come late
		{RapidReset, true, 5_000, true, "ENHANCE_YOUR_CALM"}, // 100 handlers and 400 that wait
		{Continuation, false, 5_000, true, "PROTOCOL_ERROR"}, // MaxHeaderBytes, and a little
		{EmptyContinuation, false, 2_000, false, ""},         // nothing adds up
		{Ping, false, 12_000, true, ""},                      // 10,000 answers that nobody reads
		{Settings, false, 12_000, false, ""},                 // one answer for several
	} {
		t.Run(fmt.Sprintf("%s, deaf handlers %v", c.flood.Name, c.slow), func(t *testing.T) {
			t.Parallel() // net/http waits a second behind each GOAWAY
			v := start(t, c.slow)
			defer close(v.release)
			o, answers, heap := v.flood(t, c.flood, c.most)
			if c.flood.Name == RapidReset.Name && !c.slow && o.Ended {
				c.ended, c.reason = true, "ENHANCE_YOUR_CALM"
			}
			if heap > enough || o.Ended != c.ended || o.Reason != c.reason {
				t.Errorf("the heap had %d bytes; %+v", heap, o)
			}
			if v.most.Load() > 100 {
				t.Errorf("%d handlers at once, and MAX_CONCURRENT_STREAMS is 100", v.most.Load())
			}
			t.Logf("%+v; %d answers for another, %d handlers at most, heap %d", o, answers, v.most.Load(), heap)
		})
	}
}
