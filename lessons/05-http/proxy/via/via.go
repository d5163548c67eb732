// Package via is the field in which every proxy on the way says that it was there (RFC 9110,
// section 7.6.3). By it one knows its own requests, if they come round in a circle.
package via

import (
	"fmt"
	"net/http"
	"strings"
)

// Add says that a message of this version has come through the proxy of that name.
func Add(fields http.Header, major, minor int, name string) {
	fields.Add("Via", fmt.Sprintf("%d.%d %s", major, minor, name))
}

// Has tells whether the proxy of that name is in there.
func Has(fields http.Header, name string) bool {
	for _, value := range fields.Values("Via") {
		for hop := range strings.SplitSeq(value, ",") {
			words := strings.Fields(hop) // 1.1 name (comment)
			if len(words) > 1 && strings.EqualFold(words[1], name) {
				return true
			}
		}
	}
	return false
}
