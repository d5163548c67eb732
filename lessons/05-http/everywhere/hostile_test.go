package everywhere

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAHeadTooLargeIsRefusedWith431(t *testing.T) {
	each(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Header.Get("X")) }, func(t *testing.T, b *bench, v version) {
		client := v.client(b)
		for _, c := range []struct{ size, status int }{{MaxHead / 2, 200}, {MaxHead + 8<<10, 431}} {
			r, err := http.NewRequest("GET", v.url, nil)
			must(t, err)
			r.Header.Set("X", strings.Repeat("x", c.size))
			answer, err := client.Do(r)
			if err != nil && strings.Contains(err.Error(), "larger than peer's advertised limit") && c.status == 431 {
				continue // HTTP/2's SETTINGS have told the client
			}
			if err != nil || answer.StatusCode != c.status {
				t.Errorf("%d bytes: %v, %v, want %d", c.size, answer, err, c.status)
				continue
			}
			answer.Body.Close()
		}
	})
}

func TestClientsThatCallOffLeaveNoRequestBehind(t *testing.T) {
	each(t, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, func(t *testing.T, b *bench, v version) {
		client := v.client(b)
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				r, err := http.NewRequestWithContext(ctx, "GET", v.url, nil)
				must(t, err)
				answer, err := client.Do(r)
				if err != nil {
					t.Error(err)
					return
				}
				cancel()
				answer.Body.Close()
			})
		}
		all.Wait()
		time.Sleep(10 * delay)
		if n := b.server.onTCP.n.Load() + b.server.onUDP.n.Load(); n > 0 {
			t.Errorf("%d are still being answered", n)
		}
		if _, err := b.stops(); err != nil {
			t.Error(err)
		}
	})
}

// What a handler does not read waits at the client, but for a window: what stands here is what
// one connection can make the server hold.
func TestABodyThatNobodyReadsFillsAWindowAndNoMemory(t *testing.T) {
	each(t, func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(20 * time.Second) // in HTTP/1.1 nobody hears that a client has gone before its body is read
	}, func(t *testing.T, b *bench, v version) {
		if strings.HasPrefix(v.url, "https:") && v.name != "HTTP/3.0" {
			return // the network in memory holds more than a kernel would: see these in the clear
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		client, sent := v.client(b), make([]counting, 10)
		var all sync.WaitGroup
		for i := range sent {
			sent[i].Reader = bytes.NewReader(make([]byte, 8<<20))
			r, err := http.NewRequestWithContext(ctx, "POST", v.url, &sent[i])
			must(t, err)
			all.Go(func() {
				if answer, err := client.Do(r); err == nil {
					answer.Body.Close()
				}
			})
		}
		time.Sleep(10 * time.Second)
		cancel()
		all.Wait()
		var bytes int
		for i := range sent {
			bytes += sent[i].n
		}
		if most := 8 << 20; bytes > most { // HTTP/2's client holds half a megabyte of each by itself
			t.Errorf("the server took %d bytes of ten bodies, want no more than %d", bytes, most)
		}
		time.Sleep(time.Minute) // for the handlers
	})
}

type counting struct {
	io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}
