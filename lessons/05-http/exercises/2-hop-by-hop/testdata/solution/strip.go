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
	return slices.DeleteFunc(fields, func(f h1.Field) bool {
		return slices.Contains(gone, strings.ToLower(f.Name))
	})
}
