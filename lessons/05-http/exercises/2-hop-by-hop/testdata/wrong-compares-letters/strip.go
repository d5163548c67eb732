// check says: a field reaches the origin because Connection spells it in another case

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
	var named []string
	for _, f := range fields {
		if strings.EqualFold(f.Name, "Connection") {
			for option := range strings.SplitSeq(f.Value, ",") {
				named = append(named, strings.Trim(option, " \t"))
			}
		}
	}
	return slices.DeleteFunc(fields, func(f h1.Field) bool {
		return slices.Contains(ours, strings.ToLower(f.Name)) || slices.Contains(named, f.Name)
	})
}
