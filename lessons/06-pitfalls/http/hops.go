package http

import (
	"context"
	"io"
	"net/http"
	"strings"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// Hops passes on all fields of a request.
var Hops = pitfall.Pitfall{
	Number:   27,
	Name:     "hop-by-hop",
	Subjects: []string{"Connection", "hop-by-hop fields", "RFC 9110, section 7.6.1"},
	Title:    "Hop-by-hop fields passed on",
	Symptom:  "Origins behind your proxy log passwords that were meant for the proxy, close connections that others use, or are asked to speak another protocol.",
	Messages: []string{
		"hop-by-hop headers",
		"Proxy-Authorization",
		"400 Bad Request: invalid Connection header",
		"http2: invalid Connection request header",
	},
	Diagnose: [][2]string{
		{"curl -H 'Connection: x-a' -H 'X-A: 1' through the proxy", "an origin that prints its request shows X-A"},
	},
	Laptop: func(ctx context.Context) (pitfall.Outcome, error) { return forwarded(ctx, false, hops{}.broken) },
	Broken: func(ctx context.Context) (pitfall.Outcome, error) { return forwarded(ctx, true, hops{}.broken) },
	Fixed:  func(ctx context.Context) (pitfall.Outcome, error) { return forwarded(ctx, true, hops{}.fixed) },
}

type hops struct{}

// broken returns the fields with which a request goes on to the origin.
func (hops) broken(in http.Header) http.Header {
	return in.Clone()
}

// fixed returns the fields with which a request goes on to the origin.
func (hops) fixed(in http.Header) http.Header {
	out := in.Clone()
	for _, value := range in.Values("Connection") {
		for name := range strings.SplitSeq(value, ",") {
			out.Del(strings.TrimSpace(name)) // the client may name any
		}
	}
	for _, name := range []string{
		"Connection", "Proxy-Connection", "Keep-Alive", "TE", "Transfer-Encoding", "Upgrade",
		"Proxy-Authenticate", "Proxy-Authorization",
	} {
		out.Del(name)
	}
	return out
}

// forwarded sends a request through a proxy. Its fields may be for the proxy alone.
func forwarded(ctx context.Context, private bool, passOn func(http.Header) http.Header) (o pitfall.Outcome, err error) {
	var seen http.Header
	origin := func(w http.ResponseWriter, r *http.Request) { seen = r.Header.Clone() }
	err = serve(ctx, http.HandlerFunc(origin), func(behind *world) error {
		proxy := func(w http.ResponseWriter, r *http.Request) {
			out, err := http.NewRequestWithContext(r.Context(), r.Method, behind.url, nil)
			if err != nil {
				return
			}
			out.Header = passOn(r.Header)
			resp, err := behind.transport.RoundTrip(out)
			if err != nil {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			defer resp.Body.Close()
			io.Copy(w, resp.Body)
		}
		return serve(ctx, http.HandlerFunc(proxy), func(front *world) error {
			req, err := http.NewRequestWithContext(ctx, "GET", front.url, nil)
			if err != nil {
				return err
			}
			req.Header.Set("X-Public", "yes")
			if private {
				req.Header.Set("Connection", "X-Secret")
				req.Header.Set("X-Secret", "for the proxy")
				req.Header.Set("Proxy-Authorization", "Basic b3BlbjpzZXNhbWU=")
			}
			resp, err := front.transport.RoundTrip(req)
			if err != nil {
				return err
			}
			return resp.Body.Close()
		})
	})
	if err != nil {
		return o, err
	}
	leaked := 0
	for _, name := range []string{"Connection", "X-Secret", "Proxy-Authorization"} {
		if seen[name] != nil {
			leaked++
		}
	}
	o.Add("fields for the proxy that the origin has seen", leaked)
	return o, o.Decide(leaked == 3, leaked == 0 && seen.Get("X-Public") == "yes")
}
