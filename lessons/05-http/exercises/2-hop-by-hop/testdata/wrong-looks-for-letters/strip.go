// check says: a field is lost whose name only looks like one that Connection names

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
	gone := ""
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Connection") {
			gone += strings.ToLower(f.Value) + ","
		}
	}
	return slices.DeleteFunc(fields, func(f h1.Field) bool {
		name := strings.ToLower(f.Name)
		return slices.Contains(ours, name) || strings.Contains(gone, name)
	})
}
