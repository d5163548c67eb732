// check says: a field reaches the origin because its name is spelled in another case

package hopbyhop

import (
	"slices"
	"strings"

	"onthewire/lessons/05-http/h1"
)

var ours = []string{"Connection", "Proxy-Connection", "Keep-Alive", "TE", "Transfer-Encoding", "Upgrade", "Proxy-Authorization", "Proxy-Authenticate"}

func strip(fields []h1.Field) []h1.Field {
	gone := slices.Clone(ours)
	for _, f := range fields {
		if f.Name == "Connection" {
			for option := range strings.SplitSeq(f.Value, ",") {
				gone = append(gone, strings.Trim(option, " \t"))
			}
		}
	}
	return slices.DeleteFunc(fields, func(f h1.Field) bool { return slices.Contains(gone, f.Name) })
}
