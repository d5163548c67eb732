package h1

import (
	"net/netip"
	"strconv"
	"strings"
)

// route finds out whom a request is for (RFC 9112, section 3.2), which its target says in
// one of four forms:
//
//	GET /path HTTP/1.1               origin-form, and field Host says who
//	GET http://host/path HTTP/1.1    absolute-form, and it counts, whatever Host says
//	CONNECT host:443 HTTP/1.1        authority-form, of a tunnel
//	OPTIONS * HTTP/1.1               asterisk-form, the server itself
func (r *Request) route() error {
	hosts := r.all("Host")
	switch {
	case len(hosts) > 1:
		return refuse(400, "there are %d Host fields", len(hosts))
	case len(hosts) == 0 && r.Proto == "HTTP/1.1":
		return refuse(400, "there is no Host field")
	case len(hosts) == 1 && hosts[0] != "" && !isAuthority(hosts[0]):
		return refuse(400, "%.40q is not a Host", hosts[0])
	case len(hosts) == 1:
		r.Host = hosts[0]
	}
	if err := legible(r.Target); err != nil {
		return err
	}
	switch scheme, rest, absolute := strings.Cut(r.Target, "://"); {
	case r.Method == "CONNECT":
		if _, port, ok := cutPort(r.Target); !ok || port == "" || !isAuthority(r.Target) {
			return refuse(400, "CONNECT wants HOST:PORT, and got %.40q", r.Target)
		}
		r.Host = r.Target
	case r.Target[0] == '/', r.Target == "*" && r.Method == "OPTIONS":
	case absolute && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")):
		end := strings.IndexAny(rest+"/", "/?")
		if !isAuthority(rest[:end]) {
			return refuse(400, "%.40q names no host", r.Target)
		}
		r.Host = rest[:end]
	default:
		return refuse(400, "%.40q is neither a path nor an http URL", r.Target)
	}
	return nil
}

// legible refuses a target with anything in it that a URL does not spell out.
func legible(target string) error {
	if target == "" {
		return refuse(400, "the target is empty")
	}
	for i := range len(target) {
		switch c := target[i]; {
		case c <= ' ' || c >= 0x7f || c == '#':
			return refuse(400, "the target has %q in it, which a URL writes as %%%02X", c, c)
		case c == '%' && (len(target) < i+3 || hexDigit(target[i+1]) < 0 || hexDigit(target[i+2]) < 0):
			return refuse(400, "the target has a %% in it without two hexadecimal digits")
		}
	}
	return nil
}

// isAuthority tells whether s is HOST or HOST:PORT, where a host is a name, an IPv4 address,
// or an IPv6 address in brackets. Nobody's password belongs in there.
func isAuthority(s string) bool {
	host, port, ok := cutPort(s)
	if number, err := strconv.ParseUint("0"+port, 10, 32); !ok || err != nil || number > 65535 {
		return false
	}
	if inner, found := strings.CutPrefix(host, "["); found {
		inner, found = strings.CutSuffix(inner, "]")
		ip, err := netip.ParseAddr(inner)
		return found && err == nil && ip.Is6() && ip.Zone() == ""
	}
	for i := range len(host) {
		if c := host[i]; !isToken(host[i:i+1]) || strings.IndexByte("#%^`|", c) >= 0 {
			return false
		}
	}
	return host != ""
}

// cutPort cuts at the colon before the port, which is not one of an IPv6 address.
func cutPort(s string) (host, port string, ok bool) {
	colon := strings.LastIndexByte(s, ':')
	if colon <= strings.LastIndexByte(s, ']') {
		return s, "", true
	}
	for i := colon + 1; i < len(s); i++ {
		if !isDigit(s[i]) {
			return "", "", false
		}
	}
	return s[:colon], s[colon+1:], true
}

// hexDigit is the value of a digit, or -1.
func hexDigit(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}
