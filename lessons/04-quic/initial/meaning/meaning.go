// Package meaning says of each field what it is for, and where that is written.
package meaning

import (
	"fmt"
	"strings"
)

// A Meaning is what there is to say of a field, whatever its value.
type Meaning struct {
	RFC     int    `json:"rfc"`
	Section string `json:"section"`
	Text    string `json:"text"`
}

// Of is the meaning of a field. The path is the names of those around it, and then its own.
// A field that has none of its own is a part of what is around it.
func Of(path ...string) Meaning {
	for i := len(path) - 1; i >= 0; i-- {
		if i > 0 {
			if m, ok := quic[path[i-1]+"/"+path[i]]; ok {
				return m
			}
			if m, ok := tls[path[i-1]+"/"+path[i]]; ok {
				return m
			}
		}
		if m, ok := quic[path[i]]; ok {
			return m
		}
		if m, ok := tls[path[i]]; ok {
			return m
		}
	}
	return Meaning{}
}

// Short is where it is written, in few columns: 9000 17.2 is section 17.2 of RFC 9000.
func (m Meaning) Short() string {
	if m.RFC == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", m.RFC, m.Section)
}

// URL is where to read it.
func (m Meaning) URL() string {
	kind := "section"
	if strings.IndexByte("ABC", m.Section[0]) >= 0 {
		kind = "appendix"
	}
	return fmt.Sprintf("https://www.rfc-editor.org/rfc/rfc%d#%s-%s", m.RFC, kind, m.Section)
}
