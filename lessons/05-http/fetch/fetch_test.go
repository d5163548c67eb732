package fetch

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"onthewire/lessons/05-http/origin"
	"onthewire/lessons/internal/network"
)

const rtt = 50 * time.Millisecond

// A scene is a client and a server on a simulated network, in virtual time.
type scene struct {
	network *network.Network
	client  Client
}

func play(t *testing.T, kind origin.Kind, handler http.HandlerFunc, act func(*testing.T, *scene)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		n := network.Simulate(rtt / 2)
		server, err := origin.Start(n, kind, handler)
		if err != nil {
			t.Fatal(err)
		}
		act(t, &scene{n, Client{Roots: server.Roots, Dial: n.DialContext, Socket: n.ClientUDP}})
		time.Sleep(time.Second) // what is closed hears of it
		server.Close()
		n.Close()
	})
}

func at(t *testing.T, text string) *url.URL {
	t.Helper()
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func hello(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "hello, wire\n") }

const (
	clear  = "http://" + network.Server + "/"
	secure = "https://" + network.Server + "/"
)

func TestEachPhaseTakesItsRoundTrips(t *testing.T) {
	play(t, origin.Kind{}, hello, func(t *testing.T, s *scene) {
		for _, want := range []struct {
			url      string
			version  Version
			protocol string
			phases   Phases
		}{
			{clear, OverTCP, "HTTP/1.1", Phases{Connect: rtt, Request: rtt, FirstByte: 2 * rtt, Body: 2 * rtt}},
			{clear, HTTP2, "HTTP/2.0", Phases{Connect: rtt, Request: rtt, FirstByte: 2 * rtt, Body: 2 * rtt}},
			{secure, HTTP1, "HTTP/1.1", Phases{Connect: rtt, Handshake: 2 * rtt, Request: 2 * rtt, FirstByte: 3 * rtt, Body: 3 * rtt}},
			{secure, OverTCP, "HTTP/2.0", Phases{Connect: rtt, Handshake: 2 * rtt, Request: 2 * rtt, FirstByte: 3 * rtt, Body: 3 * rtt}},
			{secure, HTTP3, "HTTP/3.0", Phases{Handshake: rtt, Request: rtt, FirstByte: 2 * rtt, Body: 2 * rtt}},
		} {
			var body strings.Builder
			answer, err := s.client.Get(t.Context(), at(t, want.url), want.version, &body)
			if err != nil || body.String() != "hello, wire\n" {
				t.Errorf("%s by %v: %q, %v", want.url, want.version, body.String(), err)
				continue
			}
			if answer.Protocol != want.protocol || answer.Phases != want.phases || answer.Bytes != 12 || answer.Status != "200 OK" {
				t.Errorf("%s by %v: %+v", want.url, want.version, answer)
			}
		}
	})
}

func TestASecondVisitByHTTP3HasItsAnswerAfterOneRoundTrip(t *testing.T) {
	early := make(chan bool, 1)
	handler := func(w http.ResponseWriter, r *http.Request) {
		early <- !r.TLS.HandshakeComplete
		hello(w, r)
	}
	play(t, origin.Kind{}, handler, func(t *testing.T, s *scene) {
		s.client.Sessions, s.client.Early = tls.NewLRUClientSessionCache(1), true
		for visit, want := range []time.Duration{2 * rtt, rtt} {
			answer, err := s.client.Get(t.Context(), at(t, secure), HTTP3, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			if came := <-early; came != (visit == 1) || answer.Early != came || answer.Phases.FirstByte != want {
				t.Errorf("visit %d: early for the server %t, for the client %t, answered after %v", visit+1, came, answer.Early, answer.Phases.FirstByte)
			}
		}
	})
}

func TestAServerThatDoesNotKnowAVersionIsNotAskedByAnother(t *testing.T) {
	play(t, origin.Kind{ALPN: "echo"}, hello, func(t *testing.T, s *scene) {
		if _, err := s.client.Get(t.Context(), at(t, secure), HTTP3, io.Discard); err == nil || !strings.Contains(err.Error(), "no application protocol") {
			t.Errorf("QUIC without HTTP/3: %v", err)
		}
	})
}
