package everywhere

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/quic-go/quic-go"
	"golang.org/x/net/http2"
)

// lasted returns how long the peer leaves a connection open on which drip says something each
// second. A pipe has no buffer, so somebody has to read what the server says.
func lasted(conn net.Conn, drip func() error) time.Duration {
	begun, ended := time.Now(), make(chan struct{})
	go func() {
		defer close(ended)
		io.Copy(io.Discard, conn)
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			return time.Since(begun)
		case <-tick.C:
			drip()
		}
	}
}

func nothing() error { return nil }

func TestAConnectionIsGivenUpWhenItSaysNothingToTheEnd(t *testing.T) {
	letter := func(conn net.Conn) func() error {
		return func() error { _, err := io.WriteString(conn, "x"); return err }
	}
	for _, c := range []struct {
		name  string
		lasts func(b *bench) time.Duration
		want  time.Duration
	}{
		{"TLS, silent", func(b *bench) time.Duration { return lasted(b.dial(b.toTLS), nothing) }, HeadTimeout},
		{"TLS, a ClientHello that does not end", func(b *bench) time.Duration {
			conn := b.dial(b.toTLS)
			io.WriteString(conn, "\x16\x03\x01\x02\x00")
			return lasted(conn, letter(conn))
		}, HeadTimeout},
		{"HTTP/1.1, silent", func(b *bench) time.Duration { return lasted(b.dial(b.clear.DialContext), nothing) }, HeadTimeout},
		{"HTTP/1.1, a head that does not end", func(b *bench) time.Duration {
			conn := b.dial(b.clear.DialContext)
			io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
			return lasted(conn, letter(conn))
		}, HeadTimeout},
		{"HTTP/1.1, idle", func(b *bench) time.Duration {
			conn := b.dial(b.clear.DialContext)
			io.WriteString(conn, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
			return lasted(conn, nothing)
		}, IdleTimeout},
		{"HTTP/2, silent", func(b *bench) time.Duration {
			conn := b.dial(b.clear.DialContext)
			begun(conn)
			return lasted(conn, nothing)
		}, Silence + HeadTimeout}, // no frame, and then no answer to a PING
		{"HTTP/2, idle", func(b *bench) time.Duration {
			conn := b.dial(b.clear.DialContext)
			begun(conn)
			framer := http2.NewFramer(conn, nil)
			return lasted(conn, func() error { return framer.WritePing(false, [8]byte{}) })
		}, IdleTimeout},
		{"HTTP/2, a head that does not end", func(b *bench) time.Duration {
			conn := b.dial(b.clear.DialContext)
			begun(conn)
			framer, more := http2.NewFramer(conn, nil), false
			return lasted(conn, func() error {
				if !more {
					more = true
					return framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: []byte{0x82}})
				}
				return framer.WriteContinuation(1, false, []byte{})
			})
		}, Silence + HeadTimeout}, // who is in the middle of a head cannot answer a PING
		{"QUIC, silent", func(b *bench) time.Duration { return closed(b.quic(), nothing) }, Silence},
		{"HTTP/3, idle", func(b *bench) time.Duration { return closed(b.awake(), nothing) }, IdleTimeout},
		{"HTTP/3, a head that does not end", func(b *bench) time.Duration {
			conn := b.awake()
			stream, err := conn.OpenStream()
			must(b.t, err)
			stream.Write([]byte{0x01, 0x43, 0xe8}) // HEADERS of 1,000 bytes
			return closed(conn, func() error { _, err := stream.Write([]byte{0}); return err })
		}, IdleTimeout},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := serving(t, func(http.ResponseWriter, *http.Request) {})
				if lasts := c.lasts(b); lasts < c.want || lasts > c.want+2*time.Second {
					t.Errorf("it lasts %v, want %v", lasts, c.want)
				}
			})
		})
	}
}

// begun says HTTP/2's preface and an empty SETTINGS.
func begun(conn net.Conn) {
	io.WriteString(conn, http2.ClientPreface)
	http2.NewFramer(conn, nil).WriteSettings()
}

// awake is a connection of QUIC that keeps itself alive.
func (b *bench) awake() *quic.Conn {
	b.t.Helper()
	config := b.trust.Clone()
	config.NextProtos = []string{"h3"}
	conn, err := b.socket().Dial(b.t.Context(), b.udp.LocalAddr(), config, &quic.Config{KeepAlivePeriod: 5 * time.Second})
	must(b.t, err)
	return conn
}

func closed(conn *quic.Conn, drip func() error) time.Duration {
	begun := time.Now()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-conn.Context().Done():
			return time.Since(begun)
		case <-tick.C:
			drip()
		}
	}
}

// A body that comes byte by byte.
type slow struct{ ctx context.Context }

func (s slow) Read(p []byte) (int, error) {
	select {
	case <-time.After(time.Second):
		return copy(p, "x"), nil
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

func TestABodyThatDoesNotEndIsReadNoLongerThanItMay(t *testing.T) {
	var read chan time.Duration
	each(t, func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		if _, err := io.Copy(io.Discard, r.Body); err == nil {
			t.Error("it came to an end")
		}
		read <- time.Since(begun)
	}, func(t *testing.T, b *bench, v version) {
		read = make(chan time.Duration, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "POST", v.url, slow{ctx})
		must(t, err)
		go func() {
			if answer, err := v.client(b).Do(r); err == nil {
				answer.Body.Close()
			}
		}()
		if took := <-read; took < ReadTimeout-time.Second || took > ReadTimeout+time.Second {
			t.Errorf("it was read for %v", took)
		}
	})
}

func TestAnAnswerThatNobodyReadsIsWrittenNoLongerThanItMay(t *testing.T) {
	var wrote chan time.Duration
	each(t, func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		_, err := io.Copy(w, bytes.NewReader(make([]byte, 16<<20)))
		if err == nil {
			t.Error("all of it was taken")
		}
		wrote <- time.Since(begun)
	}, func(t *testing.T, b *bench, v version) {
		if v.name == "HTTP/1.1" {
			return // the network in memory holds all that it sends: see it in the clear
		}
		wrote = make(chan time.Duration, 1)
		answer, err := v.client(b).Get(v.url)
		must(t, err)
		defer answer.Body.Close()
		if took := <-wrote; took < WriteTimeout-time.Second || took > WriteTimeout+time.Second {
			t.Errorf("it was written for %v", took)
		}
	})
}
