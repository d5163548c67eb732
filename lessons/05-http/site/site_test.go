package site

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEarlyOnlyWhatIsSafeIsDone(t *testing.T) {
	s := new(Site)
	for _, c := range []struct {
		method string
		early  bool
		status int
		says   string
	}{
		{"GET", true, 200, "100 left\n"},
		{"POST", true, 425, "ask again after the handshake: early, this could be a replay\n"},
		{"GET", true, 200, "100 left\n"},
		{"POST", false, 200, "paid 10, 90 left\n"},
		{"PUT", true, 425, "ask again after the handshake: early, this could be a replay\n"},
	} {
		r := httptest.NewRequest(c.method, "/pay", nil)
		r.TLS = &tls.ConnectionState{HandshakeComplete: !c.early}
		if w := ask(s, r); w.Code != c.status || w.Body.String() != c.says {
			t.Errorf("%s, early %v: %d %q, want %d %q", c.method, c.early, w.Code, w.Body, c.status, c.says)
		}
	}
}

func TestAPageFromElsewhereCannotPay(t *testing.T) {
	s := new(Site)
	for _, set := range []func(http.Header){
		func(h http.Header) { h.Set("Sec-Fetch-Site", "cross-site") },
		func(h http.Header) { h.Set("Origin", "https://elsewhere.example") },
	} {
		r := httptest.NewRequest("POST", "/pay", nil)
		set(r.Header)
		if w := ask(s, r); w.Code != 403 {
			t.Errorf("%v: %d %q", r.Header, w.Code, w.Body)
		}
	}
	if w := ask(s, httptest.NewRequest("GET", "/pay", nil)); w.Body.String() != "100 left\n" {
		t.Errorf("afterwards: %q", w.Body)
	}
}

func TestAPurseIsEmptyAtLast(t *testing.T) {
	s := new(Site)
	for range 10 {
		ask(s, httptest.NewRequest("POST", "/pay", nil))
	}
	if w := ask(s, httptest.NewRequest("POST", "/pay", nil)); w.Code != 409 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestReadyUntilItStops(t *testing.T) {
	stopping, stop := context.WithCancel(t.Context())
	s := &Site{Stopping: stopping}
	if w := ask(s, httptest.NewRequest("GET", "/ready", nil)); w.Code != 200 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	stop()
	if w := ask(s, httptest.NewRequest("GET", "/ready", nil)); w.Code != 503 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
}

func TestThePageNamesEachOfItsPartsWhichAreThere(t *testing.T) {
	s := new(Site)
	var named []string
	for _, found := range regexp.MustCompile(`(?:src|href)="(/[^"]*)"`).FindAllStringSubmatch(ask(s, httptest.NewRequest("GET", "/page", nil)).Body.String(), -1) {
		named = append(named, found[1])
	}
	if !slices.Equal(named, Parts) {
		t.Errorf("the page names %q", named)
	}
	for _, part := range Parts {
		w := ask(s, httptest.NewRequest("GET", part, nil))
		if w.Code != 200 || w.Body.Len() != PartSize || strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d, %d bytes of %s", part, w.Code, w.Body.Len(), w.Header().Get("Content-Type"))
		}
	}
}

func TestBytesAreAsManyAsWereAskedFor(t *testing.T) {
	for _, n := range []string{"0", "1", "100000"} {
		w := ask(new(Site), httptest.NewRequest("GET", "/bytes?n="+n, nil))
		body, _ := io.ReadAll(w.Body)
		if w.Header().Get("Content-Length") != n || strings.Trim(string(body), "x") != "" {
			t.Errorf("%s: length %s, body %.20q", n, w.Header().Get("Content-Length"), body)
		}
	}
	if w := ask(new(Site), httptest.NewRequest("HEAD", "/bytes?n=7", nil)); w.Body.Len() > 0 || w.Header().Get("Content-Length") != "7" {
		t.Errorf("HEAD: %v, %q", w.Header(), w.Body)
	}
}
