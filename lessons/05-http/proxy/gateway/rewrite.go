package gateway

import (
	"io"
	"net/http"
	"net/http/httputil"

	"onthewire/lessons/05-http/proxy/hop"
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

// forUs takes from an answer what its origin has meant for us only. ReverseProxy would do that too,
// but not where Connection has close in it, not in trailers, and not where the origin says 101.
func forUs(answer *http.Response, from *hop.Conn) error {
	named, err := from.Named(answer)
	if err != nil {
		answer.Body.Close()
		return err
	}
	if answer.StatusCode == http.StatusSwitchingProtocols {
		from.HandOver()
		to := answer.Header.Get("Upgrade")
		hop.Strip(answer.Header)
		answer.Header.Set("Connection", "Upgrade")
		answer.Header.Set("Upgrade", to)
		return nil
	}
	hop.Remove(answer.Header, named)
	answer.Body = &trailed{answer.Body, func() { hop.Remove(answer.Trailer, named) }}
	return nil
}

// A trailed is a body, and what is done when its trailers are there.
type trailed struct {
	io.ReadCloser
	ended func()
}

func (t *trailed) Read(p []byte) (int, error) {
	n, err := t.ReadCloser.Read(p)
	if err == io.EOF {
		t.ended()
	}
	return n, err
}

// back is called before an answer goes to the client.
func (g *Gateway) back(answer *http.Response) error {
	if answer.StatusCode == http.StatusSwitchingProtocols {
		return nil
	}
	via.Add(answer.Header, answer.ProtoMajor, answer.ProtoMinor, g.name)
	answer.Header.Del("Alt-Svc") // it is about the origin's ports, and the server in front adds its own
	return nil
}
