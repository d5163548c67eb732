package site

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"onthewire/lessons/05-http/pipe"
)

// serving serves a site in a bubble, with a server that is strict about time.
func serving(t *testing.T, s *Site) *http.Client {
	t.Helper()
	listener := pipe.Listen()
	server := &http.Server{Handler: s.Handler(), ReadTimeout: time.Second, WriteTimeout: time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	transport := &http.Transport{DialContext: listener.DialContext}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		server.Close()
		<-ended
	})
	return &http.Client{Transport: transport}
}

func TestEventsGoOnBeyondEveryTimeoutOfTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, err := serving(t, new(Site)).Get("http://site/events")
		must(t, err)
		defer answer.Body.Close()
		begun := time.Now()
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if lines.Text() == "data: event 100" {
				if took := time.Since(begun); took != 100*time.Second {
					t.Errorf("a hundred events took %v", took)
				}
				return
			}
		}
		t.Errorf("cut off after %v", time.Since(begun))
	})
}

func TestEventsGoOnFromTheLastOneThatTheClientHas(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := serving(t, new(Site))
		for last, want := range map[string]string{"": "id: 1\n", "41": "id: 42\n", "-3": "id: 1\n", "x": "id: 1\n", "99999999999": "id: 4294967296\n"} {
			r, err := http.NewRequest("GET", "http://site/events", nil)
			must(t, err)
			r.Header.Set("Last-Event-ID", last)
			answer, err := client.Do(r)
			must(t, err)
			head := make([]byte, len("retry: 1000\n\n")+len(want))
			if _, err := io.ReadFull(answer.Body, head); err != nil || !strings.HasSuffix(string(head), want) {
				t.Errorf("after %q comes %q, %v", last, head, err)
			}
			answer.Body.Close()
		}
	})
}

func TestEventsAndWebSocketsEndWhenTheServerDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		draining, drain := context.WithCancel(t.Context())
		client := serving(t, &Site{Draining: draining})
		answer, err := client.Get("http://site/events?every=10ms")
		must(t, err)
		defer answer.Body.Close()
		socket, _, err := websocket.Dial(t.Context(), "ws://site/ws", &websocket.DialOptions{HTTPClient: client})
		must(t, err)
		defer socket.CloseNow()
		silent, _, err := websocket.Dial(t.Context(), "ws://site/ws", &websocket.DialOptions{HTTPClient: client})
		must(t, err) // it reads nothing, so it answers no close frame
		defer silent.CloseNow()
		begun := time.Now()
		time.AfterFunc(time.Minute/2, drain)
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || time.Since(begun) != time.Minute/2 {
			t.Errorf("events end with %v after %v", err, time.Since(begun))
		}
		if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusGoingAway {
			t.Errorf("a WebSocket ends with %v", err)
		}
	})
}

func TestAWebSocketEchoesMessagesUpToItsLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := serving(t, new(Site))
		socket, _, err := websocket.Dial(t.Context(), "ws://site/ws", &websocket.DialOptions{HTTPClient: client})
		must(t, err)
		defer socket.CloseNow()
		socket.SetReadLimit(2 * MaxMessage)
		time.Sleep(Silence / 2) // beyond all timeouts of http.Server
		for _, text := range []string{"hello, wire\n", "", strings.Repeat("x", MaxMessage)} {
			must(t, socket.Write(t.Context(), websocket.MessageText, []byte(text)))
			if kind, got, err := socket.Read(t.Context()); kind != websocket.MessageText || string(got) != text || err != nil {
				t.Fatalf("%d bytes come back as %v, %d bytes, %v", len(text), kind, len(got), err)
			}
		}
		go socket.Write(t.Context(), websocket.MessageText, make([]byte, MaxMessage+1))
		if _, _, err := socket.Read(t.Context()); websocket.CloseStatus(err) != websocket.StatusMessageTooBig {
			t.Errorf("a message too long ends with %v", err)
		}
	})
}

func TestASilentWebSocketIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := serving(t, new(Site))
		socket, _, err := websocket.Dial(t.Context(), "ws://site/ws", &websocket.DialOptions{HTTPClient: client})
		must(t, err)
		defer socket.CloseNow()
		begun := time.Now()
		if _, _, err := socket.Read(t.Context()); err == nil || time.Since(begun) < Silence || time.Since(begun) > Silence+time.Second {
			t.Errorf("%v after %v", err, time.Since(begun))
		}
	})
}

func TestWhereNoWebSocketCanBeAClearStatusSaysSo(t *testing.T) {
	for _, c := range []struct {
		method string
		major  int
		set    string
		status int
		says   string
	}{
		{"GET", 1, "", 426, "Upgrade"},
		{"GET", 2, "", 505, "HTTP/1.1"},
		{"GET", 3, "", 505, "HTTP/1.1"},
		{"CONNECT", 2, "", 501, "HTTP/1.1"},
		{"CONNECT", 3, "", 501, "HTTP/1.1"},
		{"GET", 1, "https://elsewhere.example", 403, "elsewhere.example"},
	} {
		r := httptest.NewRequest(c.method, "/ws", nil)
		r.ProtoMajor, r.URL.Path, r.Host = c.major, "/ws", "site"
		if c.set != "" {
			r.Header = http.Header{"Origin": {c.set}, "Connection": {"Upgrade"}, "Upgrade": {"websocket"},
				"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="}}
		}
		w := ask(new(Site), r)
		if w.Code != c.status || !strings.Contains(w.Body.String(), c.says) {
			t.Errorf("%s over HTTP/%d: %d %q, want %d", c.method, c.major, w.Code, w.Body, c.status)
		}
		if c.status == 426 && w.Header().Get("Upgrade") != "websocket" {
			t.Errorf("426 has to name what to upgrade to (RFC 9110, 15.5.22): %v", w.Header())
		}
	}
}

func TestALongAnswerMayTakeAsLongAsItsClientReads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, err := serving(t, new(Site)).Get("http://site/bytes?n=1000000")
		must(t, err)
		defer answer.Body.Close()
		begun, got := time.Now(), 0
		for piece := make([]byte, 10_000); ; time.Sleep(Stall / 10) {
			n, err := answer.Body.Read(piece)
			got += n
			if err != nil {
				if err != io.EOF || got != 1_000_000 {
					t.Errorf("%d bytes after %v, then %v", got, time.Since(begun), err)
				}
				return
			}
		}
	})
}

func TestALongAnswerThatNobodyReadsEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answer, err := serving(t, new(Site)).Get("http://site/bytes?n=1000000")
		must(t, err)
		defer answer.Body.Close()
		time.Sleep(2 * Stall)
		if n, err := io.Copy(io.Discard, answer.Body); err == nil {
			t.Errorf("all %d bytes came", n)
		}
	})
}
