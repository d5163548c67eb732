package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/http3"

	"onthewire/lessons/05-http/everywhere"
	"onthewire/lessons/internal/devcert"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
	"onthewire/lessons/internal/twelve"
)

type twelveCommand struct{}

// Run posts the twelve bytes over a long link, and has them sent back, by each protocol on a
// connection of its own. Counted is what either side sends until the link has been silent for
// 250 ms, so acknowledgements that come late count too, and differ by one or two between runs.
// The closing is not counted.
func (twelveCommand) Run(ctx context.Context) error {
	if err := lab.Enter(); err != nil {
		return err
	}
	authority, err := devcert.New()
	if err != nil {
		return err
	}
	trust := &tls.Config{RootCAs: authority.Pool()}
	certificate, err := authority.Certificate("server")
	if err != nil {
		return err
	}
	out := stage.New(os.Stdout)
	for _, by := range []struct {
		name, url string
		client    func(*lab.Link) (http.RoundTripper, io.Closer, error)
	}{
		{"HTTP/1.1", "http://server:8444", overTCP(trust, (*http.Protocols).SetHTTP1)},
		{"HTTP/1.1, TLS", "https://server:8443", overTCP(trust, (*http.Protocols).SetHTTP1)},
		{"HTTP/2, TLS", "https://server:8443", overTCP(trust, (*http.Protocols).SetHTTP2)},
		{"HTTP/3", "https://server:8443", overQUIC(trust)},
	} {
		cost, err := twelve.Count(ctx, func(link *lab.Link) (io.Closer, error) {
			var all closers
			stop, err := serveEcho(ctx, link, certificate)
			all = append(all, stop)
			if err == nil {
				var client http.RoundTripper
				var close io.Closer
				if client, close, err = by.client(link); err == nil {
					all = append(all, close)
					err = post(ctx, client, by.url)
				}
			}
			if err != nil {
				return nil, errors.Join(err, all.Close())
			}
			return all, nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", by.name, err)
		}
		out.Line("%-15s%v", by.name+":", cost)
	}
	return nil
}

// serveEcho sends bodies back, by every protocol, on the server's side of a link.
func serveEcho(ctx context.Context, link *lab.Link, certificate tls.Certificate) (io.Closer, error) {
	var on everywhere.Listeners
	var errs [3]error
	on.TLS, errs[0] = link.Server.Listen("tcp4", "server:8443")
	on.QUIC, errs[1] = link.Server.ListenPacket("udp4", "server:8443")
	on.Clear, errs[2] = link.Server.Listen("tcp4", "server:8444")
	if err := errors.Join(errs[:]...); err != nil {
		return on, err
	}
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- everywhere.New(echo, certificate).Serve(serving, on) }()
	return closer(func() error { stop(); return <-served }), nil
}

func overTCP(trust *tls.Config, speak func(*http.Protocols, bool)) func(*lab.Link) (http.RoundTripper, io.Closer, error) {
	return func(link *lab.Link) (http.RoundTripper, io.Closer, error) {
		t := &http.Transport{DialContext: link.Client.DialContext, TLSClientConfig: trust, Protocols: new(http.Protocols)}
		speak(t.Protocols, true)
		return t, closer(func() error { t.CloseIdleConnections(); return nil }), nil
	}
}

func overQUIC(trust *tls.Config) func(*lab.Link) (http.RoundTripper, io.Closer, error) {
	return func(link *lab.Link) (http.RoundTripper, io.Closer, error) {
		socket, err := link.Client.ListenPacket("udp4", "client:0")
		if err != nil {
			return nil, nil, err
		}
		from := &quic.Transport{Conn: socket}
		t := &http3.Transport{TLSClientConfig: trust, Dial: func(ctx context.Context, _ string, keys *tls.Config, config *quic.Config) (*quic.Conn, error) {
			return from.DialEarly(ctx, &net.UDPAddr{IP: lab.ServerAddr.AsSlice(), Port: 8443}, keys, config)
		}}
		return t, closers{socket, from, t}, nil
	}
}

// post posts the twelve bytes, and wants them back.
func post(ctx context.Context, client http.RoundTripper, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader(twelve.Bytes))
	if err != nil {
		return err
	}
	answer, err := client.RoundTrip(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != twelve.Bytes {
		return fmt.Errorf("the answer is %s, %q, %w", answer.Status, body, err)
	}
	return nil
}

// closers are closed the last first.
type closers []io.Closer

func (all closers) Close() (err error) {
	for _, one := range slices.Backward(all) {
		err = errors.Join(err, one.Close())
	}
	return err
}

type closer func() error

func (c closer) Close() error { return c() }
