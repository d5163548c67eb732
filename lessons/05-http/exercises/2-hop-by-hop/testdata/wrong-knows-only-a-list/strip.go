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
	return slices.DeleteFunc(fields, func(f h1.Field) bool {
		return slices.Contains(ours, strings.ToLower(f.Name))
	})
}
