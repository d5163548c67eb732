// Package hop is about what goes from one to the next on the way of a message, and no further.
//
// Read it in this order: fields.go (which fields that are), conn.go (what net/http takes out of an
// answer), forwards.go (how far a request may go).
package hop

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

// Strip removes them, and whatever else the sender names in Connection, and returns all names.
func Strip(fields http.Header) (named []string) {
	named = append(Named(fields), hopByHop...)
	Remove(fields, named)
	return named
}

// Named are the names in Connection, which may be there more than once.
func Named(fields http.Header) (names []string) {
	for _, value := range fields.Values("Connection") {
		for name := range strings.SplitSeq(value, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// Remove removes fields, or trailers, for which the names count too.
func Remove(fields http.Header, names []string) {
	for _, name := range names {
		fields.Del(name)
	}
}

// Asks tells whether the names in Connection have this one among them.
func Asks(fields http.Header, option string) bool {
	return slices.ContainsFunc(Named(fields), func(name string) bool { return strings.EqualFold(name, option) })
}
