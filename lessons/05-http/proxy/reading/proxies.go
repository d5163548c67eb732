package reading

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/netip"
	"net/url"
	"time"

	"onthewire/lessons/05-http/proxy"
	"onthewire/lessons/05-http/proxy/destination"
	"onthewire/lessons/05-http/proxy/fast"
	"onthewire/lessons/05-http/proxy/gateway"
)

// Proxies are those that are tried: ours on net/http, ours with its fast path before that, what a
// gateway in Go stands on, and our gateway, which does.
var Proxies = []string{"proxy", "proxy --fast", "ReverseProxy", "gateway"}

// serve has one of them serve until ctx ends, before an origin.
func serve(ctx context.Context, name string, l net.Listener, origin string) error {
	behind := &url.URL{Scheme: "http", Host: origin}
	switch name {
	case "ReverseProxy":
		transport := &http.Transport{ResponseHeaderTimeout: timeout}
		defer transport.CloseIdleConnections()
		server := &http.Server{ReadHeaderTimeout: timeout, Handler: &httputil.ReverseProxy{
			Transport:    transport,
			Rewrite:      func(r *httputil.ProxyRequest) { r.SetURL(behind) },
			ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
		}}
		defer context.AfterFunc(ctx, func() { server.Close() })()
		server.Serve(l)
		return nil
	case "gateway":
		transport := gateway.Transport(nil)
		defer transport.CloseIdleConnections()
		server := gateway.New("ours", []*url.URL{behind}, transport).Server(tls.Certificate{}).TCP // in the clear
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
