package everywhere

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/leak"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestOneHandlerAnswersByEveryProtocol(t *testing.T) {
	leak.Check(t)
	authority, err := devcert.New()
	must(t, err)
	certificate, err := authority.Certificate()
	must(t, err)
	on, err := Listen(t.Context(), "127.0.0.1:0", "127.0.0.1:0")
	must(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	server := New(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) }), certificate)
	go func() { ended <- server.Serve(ctx, on) }()

	trust := &tls.Config{RootCAs: authority.Pool()}
	speaks := func(set func(*http.Protocols)) *http.Transport {
		var p http.Protocols
		set(&p)
		return &http.Transport{Protocols: &p, TLSClientConfig: trust.Clone()}
	}
	http1 := speaks(func(p *http.Protocols) { p.SetHTTP1(true) })
	http2 := speaks(func(p *http.Protocols) { p.SetHTTP2(true) })
	h2c := speaks(func(p *http.Protocols) { p.SetUnencryptedHTTP2(true) })
	udp := &http3.Transport{TLSClientConfig: trust.Clone()}
	for _, c := range []struct {
		by   http.RoundTripper
		url  string
		want string
	}{
		{http1, "https://" + on.TLS.Addr().String(), "HTTP/1.1"},
		{http2, "https://" + on.TLS.Addr().String(), "HTTP/2.0"},
		{udp, "https://" + on.QUIC.LocalAddr().String(), "HTTP/3.0"},
		{http1, "http://" + on.Clear.Addr().String(), "HTTP/1.1"},
		{h2c, "http://" + on.Clear.Addr().String(), "HTTP/2.0"},
	} {
		client := http.Client{Transport: c.by, Timeout: 10 * time.Second}
		answer, err := client.Get(c.url)
		must(t, err)
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if string(body) != c.want || err != nil {
			t.Errorf("%s answers %q, %v, want %s", c.url, body, err, c.want)
		}
	}
	for _, t := range []*http.Transport{http1, http2, h2c} {
		t.CloseIdleConnections()
	}
	udp.Close()
	stop()
	must(t, <-ended)
}
