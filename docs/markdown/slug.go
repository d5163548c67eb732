package markdown

import (
	"strconv"
	"strings"
	"unicode"
)

// IDs gives the headings of one text their ids, as GitHub does, in their order.
type IDs struct{ taken map[string]int }

// ID is the next heading's. The same words again get a number behind them.
func (ids *IDs) ID(title string) string {
	if ids.taken == nil {
		ids.taken = map[string]int{}
	}
	slug := slug(title)
	id := slug
	for _, taken := ids.taken[id]; taken; _, taken = ids.taken[id] {
		ids.taken[slug]++
		id = slug + "-" + strconv.Itoa(ids.taken[slug])
	}
	ids.taken[id] = 0
	return id
}

// slug is a title in lower case with dashes for its spaces, and without punctuation and
// signs. What stays is Ruby's \p{Word}, which GitHub's filter for headings goes by.
func slug(title string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic):
			return r
		}
		return -1
	}, strings.ToLower(strings.ReplaceAll(title, "İ", "i\u0307")))
}
