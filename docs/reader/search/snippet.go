package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	around  = 120 // characters in a snippet
	lead    = 40  // of them before the first match
	maxMark = 200 // matches looked at in one text
)

// A mark is a part of a text that was found, and by which of the query's words.
type mark struct{ start, end, word int }

// marks finds the words of a query in a text, in their order. Of a word that only begins as
// it should, the beginning is marked.
func marks(text string, q query) []mark {
	var found []mark
	scan(text, func(t token) bool {
		for i, w := range q.words {
			if string(t.word) == w.word {
				found = append(found, mark{t.start, t.end, i})
			} else if w.begin && len(t.word) > len(w.word) && string(t.word[:len(w.word)]) == w.word {
				end := t.start + prefix(text[t.start:], utf8.RuneCountInString(w.word))
				found = append(found, mark{t.start, end, i})
			}
		}
		return len(found) < maxMark
	})
	return found
}

// prefix returns how many bytes the first n characters take.
func prefix(text string, n int) int {
	for i := range text {
		if n == 0 {
			return i
		}
		n--
	}
	return len(text)
}

// snippet cuts out of a text the stretch where the words of the query stand together, or the
// one that shows the most of them.
func snippet(text string, q query) []Piece {
	found := marks(text, q)
	first := together(found, q)
	if first < 0 && len(found) > 0 {
		first = found[densest(found)].start
	}
	first = max(0, first)
	start, end := window(text, first)
	return cut(text, start, end, found)
}

// whole marks all of a text.
func whole(text string, q query) []Piece { return cut(text, 0, len(text), marks(text, q)) }

// densest returns the mark after which the most different words follow within a snippet.
func densest(found []mark) int {
	best, most := 0, 0
	for i, m := range found {
		var seen uint32
		words := 0
		for _, n := range found[i:] {
			if n.end > m.start+around-lead {
				break
			}
			if seen&(1<<n.word) == 0 {
				seen |= 1 << n.word
				words++
			}
		}
		if words > most {
			best, most = i, words
		}
	}
	return best
}

// window returns where the snippet around a place begins and ends: between words if there
// is a space near, and never inside a character.
func window(text string, at int) (start, end int) {
	start = at
	for n := 0; n < lead && start > 0; n++ {
		_, size := utf8.DecodeLastRuneInString(text[:start])
		start -= size
	}
	end = start + prefix(text[start:], around)
	if start > 0 {
		if space := strings.IndexFunc(text[start:at], unicode.IsSpace); space >= 0 {
			start += space
		}
	}
	if end < len(text) {
		if space := strings.LastIndexFunc(text[at:end], unicode.IsSpace); space > (end-at)/2 {
			end = at + space
		}
	}
	return start, end
}

// cut returns text[start:end] in pieces. Marks that touch or overlap are one.
func cut(text string, start, end int, found []mark) []Piece {
	pieces := pieces{}
	if start > 0 {
		pieces.add("… ", false)
	}
	at := start
	for _, m := range found {
		from, to := max(m.start, at), min(m.end, end)
		if from >= to {
			continue
		}
		pieces.add(text[at:from], false)
		pieces.add(text[from:to], true)
		at = to
	}
	pieces.add(text[at:end], false)
	if end < len(text) {
		pieces.add(" …", false)
	}
	return pieces
}

type pieces []Piece

// add joins what belongs together, and makes all white space one space: code and wrapped
// lines are shown on a line of their own.
func (p *pieces) add(text string, match bool) {
	var b strings.Builder
	space := len(*p) == 0 || strings.HasSuffix((*p)[len(*p)-1].Text, " ")
	for _, r := range text {
		isSpace := unicode.IsSpace(r)
		if isSpace && space {
			continue
		}
		if space = isSpace; isSpace {
			r = ' '
		}
		b.WriteRune(r)
	}
	switch {
	case b.Len() == 0:
	case len(*p) > 0 && (*p)[len(*p)-1].Match == match:
		(*p)[len(*p)-1].Text += b.String()
	default:
		*p = append(*p, Piece{b.String(), match})
	}
}
