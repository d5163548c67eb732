// check says: Keep-Alive reaches the origin, although it is for one connection

package hopbyhop

import (
	"slices"
	"strings"

	"onthewire/lessons/05-http/h1"
)

func strip(fields []h1.Field) []h1.Field {
	gone := []string{"connection"} // the sender has to name the rest, hasn't it?
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
