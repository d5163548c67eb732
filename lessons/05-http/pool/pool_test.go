package pool

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/leak"
)

const oneWay = 10 * time.Millisecond

var versions = map[string]func(*http.Protocols){
	"HTTP/1.1": func(p *http.Protocols) { p.SetHTTP1(true) },
	"HTTP/2.0": func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) },
}

// play runs a test in virtual time, with a server and a pool that speak one version.
func play(t *testing.T, version string, server *http.Server, test func(t *testing.T, n *network.Network, p *Pool)) {
	synctest.Test(t, func(t *testing.T) {
		n := network.New(oneWay)
		var protocols http.Protocols
		versions[version](&protocols)
		server.Protocols = &protocols
		if server.Handler == nil {
			server.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				io.Copy(w, r.Body)
				io.WriteString(w, r.Proto)
			})
		}
		go server.Serve(n.Listen("server:80"))
		p := &Pool{Transport: &http.Transport{DialContext: n.DialContext, Protocols: &protocols}, IdlePerHost: 2}
		test(t, n, p)
		p.Close()
		server.Close()
	})
}

func ask(p *Pool, method, body string, header ...string) (string, error) {
	req, err := http.NewRequest(method, "http://server/", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	for _, name := range header {
		if name != "" {
			req.Header.Set(name, "1")
		}
	}
	resp, err := p.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	return string(answer), err
}

func TestTheNextRequestGetsTheSameConnection(t *testing.T) {
	for version := range versions {
		t.Run(version, func(t *testing.T) {
			play(t, version, new(http.Server), func(t *testing.T, n *network.Network, p *Pool) {
				for range 5 {
					if answer, err := ask(p, "GET", ""); answer != version || err != nil {
						t.Fatal(answer, err)
					}
				}
				if n.Dialed() != 1 {
					t.Errorf("five requests opened %d connections", n.Dialed())
				}
			})
		})
	}
}

// atOnce asks n times at the same time, and returns once all are answered and all is quiet.
func atOnce(t *testing.T, p *Pool, n int) {
	t.Helper()
	var all sync.WaitGroup
	for range n {
		all.Go(func() {
			if _, err := ask(p, "GET", ""); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	synctest.Wait()
}

func TestOfTenConnectionsTwoAreKept(t *testing.T) {
	play(t, "HTTP/1.1", new(http.Server), func(t *testing.T, n *network.Network, p *Pool) {
		atOnce(t, p, 10)
		if n.Dialed() != 10 {
			t.Errorf("ten requests at once opened %d connections", n.Dialed())
		}
		atOnce(t, p, 10)
		if n.Dialed() != 18 {
			t.Errorf("ten more opened %d", n.Dialed()-10)
		}
	})
}

func TestOneHTTP2ConnectionIsEnoughForTen(t *testing.T) {
	play(t, "HTTP/2.0", new(http.Server), func(t *testing.T, n *network.Network, p *Pool) {
		atOnce(t, p, 10)
		before := n.Dialed()
		if kept := len(p.hosts[host{"http", "server:"}]); kept != 1 {
			t.Errorf("%d connections are kept", kept)
		}
		atOnce(t, p, 10)
		if n.Dialed() != before {
			t.Errorf("ten more opened %d", n.Dialed()-before)
		}
	})
}

func TestAConnectionWhoseAnswerIsNotReadIsNotLent(t *testing.T) {
	play(t, "HTTP/1.1", new(http.Server), func(t *testing.T, n *network.Network, p *Pool) {
		req, _ := http.NewRequest("GET", "http://server/", nil)
		resp, err := p.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		ask(p, "GET", "")
		if n.Dialed() != 2 {
			t.Errorf("beside an open answer, a request opened %d connections", n.Dialed()-1)
		}
		io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		synctest.Wait()
		if kept := len(p.hosts[host{"http", "server:"}]); kept != 2 {
			t.Errorf("%d connections are kept", kept)
		}
	})
}

func TestARequestThatMeetsTheServersCloseIsRepeatedIfItMayBe(t *testing.T) {
	for _, c := range []struct {
		method, body, header string
		repeated             bool
	}{
		{"GET", "", "", true},
		{"PUT", "a body", "", true},
		{"DELETE", "", "", true},
		{"POST", "a body", "", false},
		{"POST", "a body", "Idempotency-Key", true},
		{"PATCH", "a body", "", false},
	} {
		t.Run(c.method+c.header, func(t *testing.T) {
			server := &http.Server{IdleTimeout: time.Second}
			play(t, "HTTP/1.1", server, func(t *testing.T, n *network.Network, p *Pool) {
				ask(p, "GET", "")
				// The server closes a second after its answer has left, and we hear of it one way later.
				time.Sleep(time.Second - oneWay/2)
				answer, err := ask(p, c.method, c.body, c.header)
				if c.repeated && (err != nil || answer != c.body+"HTTP/1.1" || n.Dialed() != 2) {
					t.Errorf("answered %q, %v", answer, err)
				}
				if !c.repeated && (err == nil || n.Dialed() != 1) {
					t.Errorf("answered %q on connection %d", answer, n.Dialed())
				}
			})
		})
	}
}

func TestABodyOfWhichThereIsNoCopyIsNotRepeated(t *testing.T) {
	server := &http.Server{IdleTimeout: time.Second}
	play(t, "HTTP/1.1", server, func(t *testing.T, n *network.Network, p *Pool) {
		ask(p, "GET", "")
		time.Sleep(time.Second - oneWay/2)
		req, _ := http.NewRequest("PUT", "http://server/", io.MultiReader(strings.NewReader("once")))
		if _, err := p.RoundTrip(req); err == nil || n.Dialed() != 1 {
			t.Errorf("%v on connection %d", err, n.Dialed())
		}
	})
}

func TestAConnectionThatTheServerHasClosedIsForgotten(t *testing.T) {
	for version := range versions {
		t.Run(version, func(t *testing.T) {
			server := &http.Server{IdleTimeout: time.Second}
			play(t, version, server, func(t *testing.T, n *network.Network, p *Pool) {
				ask(p, "GET", "")
				time.Sleep(10 * time.Second) // HTTP/2: GOAWAY first
				synctest.Wait()
				if len(p.hosts) != 0 {
					t.Error("it is kept")
				}
				if _, err := ask(p, "POST", ""); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestIdleTimeoutClosesFirst(t *testing.T) {
	server := &http.Server{IdleTimeout: time.Second}
	play(t, "HTTP/1.1", server, func(t *testing.T, n *network.Network, p *Pool) {
		p.IdleTimeout = 900 * time.Millisecond
		for range 3 {
			if _, err := ask(p, "POST", "a body"); err != nil {
				t.Error(err)
			}
			time.Sleep(500 * time.Millisecond)
			if _, err := ask(p, "POST", "a body"); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second - oneWay/2)
		}
		if n.Dialed() != 3 {
			t.Errorf("%d connections", n.Dialed())
		}
	})
}

func TestACancelledRequestIsNotRepeated(t *testing.T) {
	for version := range versions {
		t.Run(version, func(t *testing.T) {
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/silent" {
					<-r.Context().Done()
				}
			})}
			play(t, version, server, func(t *testing.T, n *network.Network, p *Pool) {
				ask(p, "GET", "")
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				req, _ := http.NewRequestWithContext(ctx, "GET", "http://server/silent", nil)
				if _, err := p.RoundTrip(req); !errors.Is(err, context.DeadlineExceeded) {
					t.Error(err)
				}
				ask(p, "GET", "")
				want := map[string]int{"HTTP/1.1": 2, "HTTP/2.0": 1}[version]
				if n.Dialed() != want {
					t.Errorf("%d connections", n.Dialed())
				}
			})
		})
	}
}

func TestCloseEndsRequestsAndTheNextIsRefused(t *testing.T) {
	for version := range versions {
		t.Run(version, func(t *testing.T) {
			server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })}
			play(t, version, server, func(t *testing.T, n *network.Network, p *Pool) {
				time.AfterFunc(time.Second, p.Close)
				if _, err := ask(p, "GET", ""); err == nil {
					t.Error("it was answered")
				}
				if _, err := ask(p, "GET", ""); !errors.Is(err, ErrClosed) {
					t.Error(err)
				}
			})
		})
	}
}

func TestManyAskWhileTheServerClosesAndNothingIsLeft(t *testing.T) {
	for version, set := range versions {
		t.Run(version, func(t *testing.T) {
			leak.Check(t)
			var protocols http.Protocols
			set(&protocols)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/last" {
					w.Header().Set("Connection", "close")
				}
				io.Copy(w, r.Body)
			}))
			server.Config.Protocols = &protocols
			server.Start()
			t.Cleanup(server.Close)
			p := &Pool{Transport: &http.Transport{Protocols: &protocols}, IdlePerHost: 3, IdleTimeout: time.Millisecond}
			defer p.Close()
			var reused atomic.Int32
			trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
				if info.Reused {
					reused.Add(1)
				}
			}}
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					for j := range 40 {
						want := fmt.Sprintf("%d of %d", j, i)
						path := "/"
						if j == 20 && i < maxRepeats { // HTTP/2 says GOAWAY then, to everybody on the connection
							path = "/last"
						}
						req, _ := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), trace), "PUT", server.URL+path, bytes.NewReader([]byte(want)))
						resp, err := (&http.Client{Transport: p}).Do(req)
						if err != nil {
							t.Error(err)
							return
						}
						got, err := io.ReadAll(resp.Body)
						resp.Body.Close()
						if string(got) != want || err != nil {
							t.Errorf("%q, %v, want %q", got, err, want)
						}
					}
				})
			}
			all.Wait()
			if reused.Load() == 0 {
				t.Error("no connection was used twice")
			}
		})
	}
}
