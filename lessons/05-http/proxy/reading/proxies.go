package reading

import (
	"context"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"time"

	"onthewire/lessons/05-http/proxy"
	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/fast"
)

// Proxies are those that are tried: ours on net/http, ours with its fast path before that, and
// what a gateway in Go stands on.
var Proxies = []string{"proxy", "proxy --fast", "ReverseProxy"}

// serve has one of them serve until ctx ends, before an origin.
func serve(ctx context.Context, name string, l net.Listener, origin string) error {
	if name == "ReverseProxy" {
		transport := &http.Transport{ResponseHeaderTimeout: timeout}
		defer transport.CloseIdleConnections()
		server := &http.Server{ReadHeaderTimeout: timeout, Handler: &httputil.ReverseProxy{
			Transport:    transport,
			Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(&url.URL{Scheme: "http", Host: origin}) },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		}}
		defer context.AfterFunc(ctx, func() { server.Close() })()
		server.Serve(l)
		return nil
	}
	loopback := destination.Allow{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	to := &destination.Policy{Allow: loopback, Timeout: timeout}
	ours := proxy.New("ours", to)
	if name == "proxy" {
		return ours.Serve(ctx, l)
	}
	front := &fast.Front{Name: "ours", Dial: to.DialContext, Status: proxy.StatusOf, Rest: ours.Serve}
	return front.Serve(ctx, l)
}

const timeout = 5 * time.Second // for anything to come
