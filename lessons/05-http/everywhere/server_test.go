package everywhere

import (
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/internal/leak"
)

// each runs a scene in a bubble for every protocol.
func each(t *testing.T, handler http.HandlerFunc, scene func(t *testing.T, b *bench, v version)) {
	for _, v := range versions {
		t.Run(v.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { scene(t, serving(t, handler), v) })
		})
	}
}

func TestOneHandlerAnswersByEveryProtocol(t *testing.T) {
	each(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }, func(t *testing.T, b *bench, v version) {
		if got, err := gets(v.client(b), v.url); err != nil || !strings.HasPrefix(v.name, got) {
			t.Errorf("%q, %v", got, err)
		}
	})
}

func TestWhoComesByTLSOverTCPHearsOfHTTP3(t *testing.T) {
	each(t, func(http.ResponseWriter, *http.Request) {}, func(t *testing.T, b *bench, v version) {
		answer, err := v.client(b).Get(v.url)
		must(t, err)
		answer.Body.Close()
		want := ""
		if answer.TLS != nil && answer.ProtoMajor < 3 {
			want = `h3=":443"; ma=2592000`
		}
		if got := answer.Header.Get("Alt-Svc"); got != want {
			t.Errorf("Alt-Svc is %q, want %q", got, want)
		}
	})
}

func TestWhoeverWatchesHearsWhatWasAnswered(t *testing.T) {
	each(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cut" {
			io.WriteString(w, "hel")
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		w.WriteHeader(http.StatusTeapot)
		time.Sleep(time.Second)
		io.WriteString(w, "hello, wire\n")
	}, func(t *testing.T, b *bench, v version) {
		heard := make(chan Answered, 10) // to GET a second time may be tried again
		b.server.Watch = func(a Answered) { heard <- a }
		client := v.client(b)
		_, err := gets(client, v.url+"/whole")
		must(t, err)
		gets(client, v.url+"/cut")
		for _, want := range []Answered{{Status: 418, Bytes: 12, Took: time.Second}, {Status: 200, Bytes: 3}} {
			if a := <-heard; a.Status != want.Status || a.Bytes != want.Bytes || a.Took != want.Took {
				t.Errorf("heard %d, %d bytes, %v", a.Status, a.Bytes, a.Took)
			}
		}
	})
}

func TestPortZeroIsOneNumberForTCPAndUDP(t *testing.T) {
	leak.Check(t)
	for range 20 {
		on, err := Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
		must(t, err)
		defer on.Close()
		if tcp, udp := on.TLS.Addr().(*net.TCPAddr).Port, on.QUIC.LocalAddr().(*net.UDPAddr).Port; tcp != udp {
			t.Errorf("TCP has %d, UDP %d", tcp, udp)
		}
	}
}

func TestAPortThatUDPHasNotIsRefusedAndLeavesNothingOpen(t *testing.T) {
	leak.Check(t)
	taken, err := Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	must(t, err)
	defer taken.QUIC.Close()
	taken.TLS.Close() // its number is free, but not UDP's
	taken.Clear.Close()
	at := taken.QUIC.LocalAddr().String()
	if _, err := Listen(t.Context(), at, "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), "listen udp") {
		t.Errorf("the error is %v", err)
	}
	free, err := net.Listen("tcp", at)
	must(t, err) // TCP's is free again
	free.Close()
}

func TestAListenerThatBreaksEndsTheServerAtOnceWithItsError(t *testing.T) {
	for name, breaks := range map[string]func(*bench){
		"TLS":   func(b *bench) { b.tls.Close() },
		"clear": func(b *bench) { b.clear.Close() },
		"QUIC":  func(b *bench) { b.udp.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := serving(t, func(w http.ResponseWriter, r *http.Request) {
					http.NewResponseController(w).Flush()
					<-r.Context().Done()
				})
				for _, v := range versions {
					answer, err := v.client(b).Get(v.url)
					must(t, err)
					defer answer.Body.Close()
				}
				begun := time.Now()
				breaks(b)
				err := <-b.ended
				b.ended <- nil
				if err == nil || time.Since(begun) > time.Second {
					t.Errorf("%v after %v", err, time.Since(begun))
				}
			})
		})
	}
}

// Go's TLS would otherwise let a client choose what HTTP/2 forbids, or nothing at all.
func TestTheHandshakeSaysWhichProtocolItWillBe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := serving(t, func(http.ResponseWriter, *http.Request) {})
		for _, c := range []struct {
			offers []string
			want   string
			fails  bool
		}{
			{[]string{"h2", "http/1.1"}, "h2", false},
			{[]string{"http/1.1"}, "http/1.1", false},
			{nil, "", false},
			{[]string{"spdy/3"}, "", true},
		} {
			config := b.trust.Clone()
			config.NextProtos = c.offers
			conn := tls.Client(b.dial(b.toTLS), config)
			err := conn.Handshake()
			if got := conn.ConnectionState().NegotiatedProtocol; got != c.want || c.fails != (err != nil) {
				t.Errorf("who offers %q gets %q, %v", c.offers, got, err)
			}
			conn.NetConn().Close()
		}
	})
}
