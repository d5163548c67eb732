// check says: a field reaches the origin although the second line of Connection names it

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
	first := slices.IndexFunc(fields, func(f h1.Field) bool { return strings.EqualFold(f.Name, "Connection") })
	if first >= 0 {
		for option := range strings.SplitSeq(fields[first].Value, ",") {
			gone = append(gone, strings.ToLower(strings.Trim(option, " \t")))
		}
	}
	return slices.DeleteFunc(fields, func(f h1.Field) bool {
		return slices.Contains(gone, strings.ToLower(f.Name))
	})
}
