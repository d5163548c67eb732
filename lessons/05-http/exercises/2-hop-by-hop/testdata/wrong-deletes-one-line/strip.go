// check says: of a field with three lines that Connection names, one reaches the origin

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
				gone = append(gone, strings.Trim(option, " \t"))
			}
		}
	}
	for _, name := range gone {
		i := slices.IndexFunc(fields, func(f h1.Field) bool { return strings.EqualFold(f.Name, name) })
		if i >= 0 {
			fields = slices.Delete(fields, i, i+1)
		}
	}
	return fields
}
