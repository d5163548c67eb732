package fetch

import (
	"net"
	"strconv"
	"strings"
	"time"
)

// An Offer is a place where the same content is to be had by another protocol, as a field
// Alt-Svc says it (RFC 7838): h3=":443"; ma=86400.
type Offer struct {
	Protocol string // as in ALPN: h3
	Host     string // "" is the same host
	Port     string
	MaxAge   time.Duration // for which the client may remember it
}

// Address is HOST:PORT of the offer of a server on that host.
func (o Offer) Address(host string) string {
	if o.Host != "" {
		host = o.Host
	}
	return net.JoinHostPort(host, o.Port)
}

// Offers reads the values of all Alt-Svc fields. What it cannot read it leaves out. clear says
// that all earlier offers are void.
func Offers(values []string) (offers []Offer, clear bool) {
	for _, value := range split(strings.Join(values, ","), ',') {
		if value == "clear" {
			return nil, true
		}
		parts := append(split(value, ';'), "") // a value may be nothing but semicolons
		protocol, authority, _ := strings.Cut(parts[0], "=")
		host, port, err := net.SplitHostPort(unquote(authority))
		if _, no := strconv.ParseUint(port, 10, 16); err != nil || no != nil || protocol == "" {
			continue
		}
		o := Offer{Protocol: protocol, Host: host, Port: port, MaxAge: 24 * time.Hour} // the default
		for _, part := range parts[1:] {
			name, value, _ := strings.Cut(part, "=")
			if seconds, err := strconv.ParseUint(unquote(value), 10, 31); strings.EqualFold(name, "ma") && err == nil {
				o.MaxAge = time.Duration(seconds) * time.Second
			}
		}
		offers = append(offers, o)
	}
	return offers, false
}

// split cuts a list at its separators, except within quotes.
func split(list string, separator rune) (parts []string) {
	quoted := false
	for _, part := range strings.FieldsFunc(list, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == separator && !quoted
	}) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func unquote(text string) string { return strings.Trim(text, `"`) }
