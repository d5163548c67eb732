// Package reuse has experiments with connections that serve more than one request, and with those
// that should have.
package reuse

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"sync/atomic"
	"time"

	"onthewire/lessons/05-http/experiments/network"
	"onthewire/lessons/internal/devcert"
)

// inside serves on server:80, or with a certificate on server:443, for as long as f runs.
func inside(oneWay time.Duration, server *http.Server, secure bool, f func(n *network.Network, roots *tls.Config) error) error {
	n := network.New(oneWay)
	var roots *tls.Config
	if secure {
		authority, err := devcert.New()
		if err != nil {
			return err
		}
		certificate, err := authority.Certificate("server")
		if err != nil {
			return err
		}
		server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
		roots = &tls.Config{RootCAs: authority.Pool()}
		go server.ServeTLS(n.Listen("server:443"), "", "")
	} else {
		go server.Serve(n.Listen("server:80"))
	}
	defer server.Close()
	return f(n, roots)
}

// ask asks once, and read does something with the answer.
func ask(ctx context.Context, through http.RoundTripper, method, url, body string, header http.Header, read func(*http.Response) error) error {
	req, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	if header != nil {
		req.Header = header.Clone()
	}
	resp, err := (&http.Client{Transport: through}).Do(req)
	if err != nil {
		return err
	}
	return read(resp)
}

func readAll(resp *http.Response) error {
	defer resp.Body.Close()
	_, err := io.Copy(io.Discard, resp.Body)
	return err
}

// counting counts the requests that get a connection which has had none before.
func counting(ctx context.Context, opened *atomic.Int64) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			opened.Add(1)
		}
	}})
}
