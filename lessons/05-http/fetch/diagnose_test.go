package fetch

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"onthewire/lessons/05-http/origin"
)

func TestWhatStandsBetweenAClientAndHTTP3IsFound(t *testing.T) {
	for name, scenario := range map[string]struct {
		kind    origin.Kind
		blocked bool
		want    []string // the findings, each "what: what it says", in part
	}{
		"nothing":      {origin.Kind{}, false, []string{"TCP: HTTP/2.0 200", "Alt-Svc: h3 on UDP port 443", "QUIC: a handshake", "client: nothing is in the way"}},
		"no Alt-Svc":   {origin.Kind{Silent: true}, false, []string{"TCP: HTTP/2.0 200", "Alt-Svc: none", "QUIC: a handshake"}},
		"an older one": {origin.Kind{AltSvc: `h3-29=":443"`}, false, []string{"TCP: HTTP/2.0 200", "Alt-Svc: only h3-29", "QUIC: a handshake"}},
		"blocked":      {origin.Kind{}, true, []string{"TCP: HTTP/2.0 200", "Alt-Svc: h3 on", "QUIC: nothing came back from UDP port 443 in 2s"}},
		"another port": {origin.Kind{Port: 8443}, false, []string{"TCP: HTTP/2.0 200", "Alt-Svc: h3 at 10.0.0.2:8443, which is not", "QUIC: a handshake with UDP port 8443", "client: nothing"}},
		"a wrong port": {origin.Kind{AltSvc: `h3=":444"`}, false, []string{"TCP: HTTP/2.0 200", "Alt-Svc: h3 at 10.0.0.2:444", "QUIC: nothing came back from UDP port 444"}},
		"wrong ALPN":   {origin.Kind{ALPN: "echo"}, false, []string{"TCP: HTTP/2.0 200", "Alt-Svc: h3 on", "QUIC: UDP port 443 speaks QUIC, but not HTTP/3"}},
		"another name": {origin.Kind{Name: "elsewhere.test"}, false, []string{"TCP: HTTP/2.0 200", "Alt-Svc: h3 on", "QUIC: the certificate does not do"}},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, scenario.kind, hello, func(t *testing.T, s *scene) {
				if scenario.blocked {
					s.network.BlockUDP()
				}
				found, err := s.client.WhyNot3(t.Context(), at(t, secure))
				if err != nil || len(found) != len(scenario.want) {
					t.Fatalf("%v, %v", found, err)
				}
				for i, f := range found {
					if !strings.HasPrefix(f.What+": "+f.Seen, scenario.want[i]) {
						t.Errorf("%s: %s, want %s", f.What, f.Seen, scenario.want[i])
					}
				}
			})
		})
	}
}

func TestAURLInTheClearHasNoHTTP3(t *testing.T) {
	found, err := new(Client).WhyNot3(t.Context(), at(t, clear))
	if err != nil || len(found) != 1 || found[0].Good || found[0].What != "scheme" {
		t.Errorf("%v, %v", found, err)
	}
}

func TestAClosedPortOfUDPIsToldFromASilentOne(t *testing.T) {
	silent, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	closed, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for want, at := range map[bool]string{false: silent.LocalAddr().String(), true: closed.LocalAddr().String()} {
		if got := new(Client).refused(t.Context(), at); got != want {
			t.Errorf("%s: refused %t, want %t", at, got, want)
		}
	}
}

func TestAServerOnLoopbackThatHasNoHTTP3IsDiagnosed(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(hello))
	server.StartTLS()
	defer server.Close()
	c := &Client{Roots: server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs, Silence: 100 * time.Millisecond}
	found, err := c.WhyNot3(t.Context(), at(t, server.URL))
	if err != nil || len(found) != 3 || found[1].Good || found[2].Good || !strings.Contains(found[2].Seen, "is closed") {
		t.Errorf("%v, %v", found, err)
	}
}
