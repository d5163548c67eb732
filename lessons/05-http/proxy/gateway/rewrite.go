package gateway

import (
	"net/http"
	"net/http/httputil"

	"onthewire/lessons/05-http/proxy/via"
)

// rewrite makes the request that an origin gets. ReverseProxy has taken the hop-by-hop fields
// from it, and whatever the client claims about who it is: Forwarded and X-Forwarded-For, -Host
// and -Proto. It leaves X-Real-Ip and the like, since nobody could list them all.
func (g *Gateway) rewrite(r *httputil.ProxyRequest) {
	r.SetXForwarded()
	via.Add(r.Out.Header, r.In.ProtoMajor, r.In.ProtoMinor, g.name)
	r.Out.Host = ""              // the origin's own, as stands in its URL
	r.Out.Trailer = r.In.Trailer // Out has a copy, and what is in there comes behind the body
}

// back is called before an answer goes to the client.
func (g *Gateway) back(answer *http.Response) error {
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return nil
	}
	via.Add(answer.Header, answer.ProtoMajor, answer.ProtoMinor, g.name)
	answer.Header.Del("Alt-Svc") // it is about the origin's ports, and the server in front adds its own
	exchangeOf(answer.Request).upload.Early(answer.Header)
	return nil
}
