// check says: a field reaches the origin because it stands before the Connection that names it

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

func strip(fields []h1.Field) (kept []h1.Field) {
	gone := slices.Clone(ours)
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Connection") {
			for option := range strings.SplitSeq(f.Value, ",") {
				gone = append(gone, strings.ToLower(strings.Trim(option, " \t")))
			}
		}
		if !slices.Contains(gone, strings.ToLower(f.Name)) {
			kept = append(kept, f)
		}
	}
	return kept
}
