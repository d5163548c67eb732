package fast

import (
	"net"
	"net/url"
	"strings"

	"onthewire/lessons/05-http/h1"
)

// A way is where a request goes: to an address, for what.
type way struct{ address, path string }

// plain tells whether a request is one of ours. What is sent again when a kept connection has
// broken under it may be done twice, so it is GET or HEAD, and has no body.
func (f *Front) plain(r *h1.Request) (way, bool) {
	scheme, rest, absolute := strings.Cut(r.Target, "://")
	if r.Method != "GET" && r.Method != "HEAD" || r.Proto != "HTTP/1.1" || !absolute || !strings.EqualFold(scheme, "http") {
		return way{}, false
	}
	for _, field := range r.Fields {
		switch kind(field.Name) {
		case framing: // a body, even one of no bytes
			return way{}, false
		case special:
			return way{}, false
		case via:
			if strings.Contains(strings.ToLower(field.Value), strings.ToLower(f.Name)) {
				return way{}, false // it may have been here
			}
		case authorization: // who logs in for a connection needs one that is nobody else's
			if scheme, _, _ := strings.Cut(field.Value, " "); !strings.EqualFold(scheme, "Basic") && !strings.EqualFold(scheme, "Bearer") {
				return way{}, false
			}
		}
	}
	path := rest[len(r.Host):]
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // http://host?query
	}
	address := r.Host
	if to := (&url.URL{Host: r.Host}); to.Port() == "" {
		address = net.JoinHostPort(to.Hostname(), "80")
	}
	return way{address, path}, true
}

// request is what the origin gets.
func (f *Front) request(out []byte, r *h1.Request, w way) []byte {
	out = append(append(append(append(out, r.Method...), ' '), w.path...), " HTTP/1.1\r\nHost: "...)
	out = append(append(out, r.Host...), "\r\n"...) // the target counts (RFC 9112, section 3.2.2)
	out = endToEnd(out, r.Fields, options(r.Fields))
	return append(append(append(out, "Via: 1.1 "...), f.Name...), "\r\n\r\n"...)
}

// endToEnd appends the fields that are for whoever is behind the next one on the way, without
// those that are named in Connection.
func endToEnd(out []byte, fields []h1.Field, named []string) []byte {
next:
	for _, field := range fields {
		switch kind(field.Name) {
		case connection, hopByHop, framing, host, special:
			continue
		}
		for _, name := range named {
			if strings.EqualFold(field.Name, name) {
				continue next
			}
		}
		out = append(append(append(append(out, field.Name...), ": "...), field.Value...), "\r\n"...)
	}
	return out
}

// options are the names in Connection, which may be there more than once.
func options(fields []h1.Field) (names []string) {
	for _, field := range fields {
		if kind(field.Name) != connection {
			continue
		}
		for name := range strings.SplitSeq(field.Value, ",") {
			names = append(names, strings.Trim(name, " \t"))
		}
	}
	return names
}

const (
	other = iota
	connection
	hopByHop
	framing
	host
	via
	authorization
	special // what we leave to the other server
)

// kind is what a field is to a proxy.
func kind(name string) int {
	for _, f := range kinds[min(len(name), len(kinds)-1)] {
		if strings.EqualFold(f.name, name) {
			return f.kind
		}
	}
	return other
}

type known struct {
	name string
	kind int
}

// kinds are sorted by the length of their names, since most names are none of these.
var kinds = func() (kinds [32][]known) {
	for _, f := range []known{
		{"Connection", connection}, {"Proxy-Connection", hopByHop}, {"Keep-Alive", hopByHop}, {"TE", hopByHop},
		{"Proxy-Authenticate", hopByHop}, {"Proxy-Authorization", hopByHop}, {"Via", via}, {"Host", host},
		{"Content-Length", framing}, {"Transfer-Encoding", framing},
		{"Authorization", authorization}, {"Upgrade", special}, {"Expect", special}, {"Trailer", special},
	} {
		kinds[len(f.name)] = append(kinds[len(f.name)], f)
	}
	return kinds
}()
