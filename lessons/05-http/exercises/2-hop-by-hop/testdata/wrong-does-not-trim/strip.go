// check says: a field reaches the origin although Connection names it

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
			gone = append(gone, strings.Split(strings.ToLower(f.Value), ",")...)
		}
	}
	return slices.DeleteFunc(fields, func(f h1.Field) bool {
		return slices.Contains(gone, strings.ToLower(f.Name))
	})
}
