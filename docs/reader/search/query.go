package search

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// What a query may ask for; the rest is not looked at. People type far less, and a program
// that sends more shall not be able to keep the reader busy.
const (
	maxQuery = 200 // bytes
	maxWords = 16
	maxHits  = 100
	maxRead  = 128 << 10 // bytes of text read, best hits first, to see words together
)

// A wanted word has to begin a document's word, or to be one.
type wanted struct {
	word  string
	begin bool
}

// A query is what somebody typed.
type query struct {
	plain string // see plain
	words []wanted
}

// understand cuts a query into words. The last one may still be in the middle of being
// typed, so it is taken as a beginning. So is a single ideograph, since the index holds pairs.
func understand(text string) query {
	text = strings.ToValidUTF8(text[:min(len(text), maxQuery)], "")
	q := query{plain: plain(text)}
	last := 0
	scan(text, func(t token) bool {
		if t.end <= last {
			return true // a part of the run before, or the last character of a pair
		}
		last = t.end
		w := wanted{word: string(t.word), begin: t.end == len(text)}
		if len(q.words) < maxWords && !slices.Contains(q.words, w) {
			q.words = append(q.words, w)
		}
		return true
	})
	for i := range q.words {
		if w := &q.words[i]; utf8.RuneCountInString(w.word) == 1 && len(w.word) > 2 {
			w.begin = true
		}
	}
	return q
}
