package proxy

import (
	"net/http"
	"slices"
	"strings"
)

// hopByHop is for the next one on the way, and for nobody behind it (RFC 9110, section 7.6.1).
// The two that ask for a password and give it are meant for the proxy itself.
var hopByHop = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "TE", "Transfer-Encoding", "Upgrade",
	"Proxy-Authenticate", "Proxy-Authorization",
}

// strip removes them, and whatever else the sender names in Connection, and returns all names.
func strip(fields http.Header) (named []string) {
	named = append(connectionOptions(fields), hopByHop...)
	remove(fields, named)
	return named
}

// connectionOptions are the names in Connection, which may be there more than once.
func connectionOptions(fields http.Header) (names []string) {
	for _, value := range fields.Values("Connection") {
		for name := range strings.SplitSeq(value, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

func remove(fields http.Header, names []string) {
	for _, name := range names {
		fields.Del(name)
	}
}

func copyFields(to, from http.Header, prefix string) {
	for name, values := range from {
		to[prefix+name] = slices.Clone(values)
	}
}
