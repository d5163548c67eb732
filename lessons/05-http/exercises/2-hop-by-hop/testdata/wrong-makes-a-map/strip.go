// check says: a field with two lines has lost one of them

package hopbyhop

import (
	"strings"

	"onthewire/lessons/05-http/h1"
)

func strip(fields []h1.Field) (kept []h1.Field) {
	byName := map[string]h1.Field{}
	for _, f := range fields {
		byName[strings.ToLower(f.Name)] = f
	}
	for option := range strings.SplitSeq(byName["connection"].Value+",connection,proxy-connection,keep-alive,te,upgrade", ",") {
		delete(byName, strings.ToLower(strings.TrimSpace(option)))
	}
	for _, f := range fields {
		if byName[strings.ToLower(f.Name)] == f {
			kept = append(kept, f)
		}
	}
	return kept
}
