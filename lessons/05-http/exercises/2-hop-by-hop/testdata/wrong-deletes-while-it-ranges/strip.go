// check says: a field reaches the origin that is for one connection, although no Connection names it

package hopbyhop

import (
	"slices"
	"strings"

	"onthewire/lessons/05-http/h1"
)

var ours = []string{
	"connection", "proxy-connection", "keep-alive", "te", "transfer-encoding", "upgrade",
	"proxy-authorization", "proxy-authenticate",
}

func strip(fields []h1.Field) []h1.Field {
	gone := slices.Clone(ours)
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Connection") {
			for option := range strings.SplitSeq(f.Value, ",") {
				gone = append(gone, strings.ToLower(strings.Trim(option, " \t")))
			}
		}
	}
	for i := 0; i < len(fields); i++ {
		if slices.Contains(gone, strings.ToLower(fields[i].Name)) {
			fields = slices.Delete(fields, i, i+1) // and the next one is now at i
		}
	}
	return fields
}
