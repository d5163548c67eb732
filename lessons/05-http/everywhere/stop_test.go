package everywhere

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"

	"onthewire/lessons/internal/errno"
)

// download sends a piece every ten milliseconds for three seconds.
func download(w http.ResponseWriter, r *http.Request) {
	for range 300 {
		io.WriteString(w, "hello, wire\n")
		http.NewResponseController(w).Flush()
		time.Sleep(10 * time.Millisecond)
	}
}

func TestADownloadInFlightArrivesWholeThoughTheServerStops(t *testing.T) {
	each(t, download, func(t *testing.T, b *bench, v version) {
		answer, err := v.client(b).Get(v.url)
		must(t, err)
		defer answer.Body.Close()
		time.AfterFunc(time.Second, b.stop)
		body, err := io.ReadAll(answer.Body)
		if err != nil || string(body) != strings.Repeat("hello, wire\n", 300) {
			t.Errorf("%d bytes, %v", len(body), err)
		}
		if took, err := b.stops(); err != nil || took > Settle+2*time.Second {
			t.Errorf("it ends with %v, %v after the answer", err, took)
		}
	})
}

// GOAWAY says that there will be no more requests on this connection, so HTTP/2's and HTTP/3's
// clients try another one, which nobody accepts.
func TestWhileADownloadIsInFlightNobodyNewGetsIn(t *testing.T) {
	each(t, download, func(t *testing.T, b *bench, v version) {
		client := v.client(b)
		answer, err := client.Get(v.url)
		must(t, err)
		defer answer.Body.Close()
		b.stop()
		time.Sleep(10 * delay)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for name, c := range map[string]*http.Client{"the same client": client, "another one": v.client(b)} {
			r, err := http.NewRequestWithContext(ctx, "GET", v.url, nil)
			must(t, err)
			if answer, err := c.Do(r); err == nil {
				t.Errorf("%s is answered: %s", name, answer.Status)
				answer.Body.Close()
			} else if !strings.HasPrefix(v.name, "HTTP/3") && !errno.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("%s hears %v", name, err)
			}
		}
	})
}

func TestAnIdleClientHoldsNobodyUp(t *testing.T) {
	each(t, func(http.ResponseWriter, *http.Request) {}, func(t *testing.T, b *bench, v version) {
		_, err := gets(v.client(b), v.url)
		must(t, err)
		if took, err := b.stops(); err != nil || took > Settle+time.Second {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// A browser opens connections before it has a question.
func TestWhoHasNotAskedYetHoldsNobodyUp(t *testing.T) {
	for name, come := range map[string]func(*bench){
		"in the clear":           func(b *bench) { b.dial(b.clear.DialContext) },
		"with half a head":       func(b *bench) { io.WriteString(b.dial(b.clear.DialContext), "GET / HTT") },
		"before TLS's handshake": func(b *bench) { b.dial(b.toTLS) },
		"in the middle of it":    func(b *bench) { io.WriteString(b.dial(b.toTLS), "\x16\x03\x01\x02\x00") },
		"after TLS's handshake": func(b *bench) {
			conn := tls.Client(b.dial(b.toTLS), b.trust.Clone())
			must(b.t, conn.Handshake())
		},
		"by QUIC, and deaf":         func(b *bench) { b.quic() },
		"by QUIC, and never answer": func(b *bench) { b.initialOnly() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := serving(t, func(http.ResponseWriter, *http.Request) {})
				come(b)
				time.Sleep(100 * time.Millisecond)
				if took, err := b.stops(); err != nil || took > Settle+time.Second {
					t.Errorf("%v after %v", err, took)
				}
			})
		})
	}
}

// initialOnly begins a handshake and goes away.
func (b *bench) initialOnly() {
	ctx, cancel := context.WithCancel(b.t.Context())
	time.AfterFunc(delay/2, cancel)
	if _, err := b.socket().Dial(ctx, b.udp.LocalAddr(), b.trust.Clone(), nil); err == nil {
		b.t.Error("the handshake took no time")
	}
}

func TestWhoTakesTooLongIsCutOffAndCounted(t *testing.T) {
	each(t, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, func(t *testing.T, b *bench, v version) {
		answer, err := v.client(b).Get(v.url)
		must(t, err)
		defer answer.Body.Close()
		took, err := b.stops()
		if cut, ok := errors.AsType[*Cut](err); !ok || cut.Requests != 1 || took < Drain || took > Drain+lastWords {
			t.Errorf("%v after %v", err, took)
		}
		if body, err := io.ReadAll(answer.Body); err == nil {
			t.Errorf("the client takes %q for the whole answer", body)
		}
	})
}

// To end in time does not depend on handlers.
func TestAHandlerThatNeverReturnsIsLeftBehind(t *testing.T) {
	each(t, func(w http.ResponseWriter, r *http.Request) {
		http.NewResponseController(w).Flush()
		time.Sleep(time.Hour)
	}, func(t *testing.T, b *bench, v version) {
		answer, err := v.client(b).Get(v.url)
		must(t, err)
		defer answer.Body.Close()
		if took, err := b.stops(); err == nil || took > Drain+lastWords {
			t.Errorf("%v after %v", err, took)
		}
		time.Sleep(time.Hour) // for the bubble
	})
}

// Shutdown does not know of it.
func TestAConnectionThatWasTakenOverIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, func(w http.ResponseWriter, r *http.Request) {
			conn, _, err := http.NewResponseController(w).Hijack()
			must(t, err)
			defer conn.Close()
			time.Sleep(time.Second)
			io.WriteString(conn, "hello, wire\n")
		})
		conn := b.dial(b.clear.DialContext)
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
		time.AfterFunc(time.Second/2, b.stop)
		if body, err := io.ReadAll(conn); string(body) != "hello, wire\n" {
			t.Errorf("%q, %v", body, err)
		}
		if _, err := b.stops(); err != nil {
			t.Errorf("it ends with %v", err)
		}
	})
}

// A client of QUIC that does not close is closed once it has had its answers for a while.
func TestAClientThatIgnoresGOAWAYIsClosedWithoutAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, func(http.ResponseWriter, *http.Request) {})
		conn := b.quic()
		if took, err := b.stops(); err != nil || took < Settle || took > Settle+time.Second {
			t.Errorf("%v after %v", err, took)
		}
		time.Sleep(2 * delay)
		if closed, ok := errors.AsType[*quic.ApplicationError](context.Cause(conn.Context())); !ok || closed.ErrorCode != 0x100 {
			t.Errorf("it hears %v, want H3_NO_ERROR", context.Cause(conn.Context()))
		}
	})
}
