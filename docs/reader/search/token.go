package search

import (
	"unicode"
	"unicode/utf8"
)

// A token is a word as the index knows it, in lower case, and where it stood in the text.
type token struct {
	word       []byte // valid until the next token
	start, end int
}

// scan calls found with each word of a text, until found returns false. There are four sorts,
// and any of them may be what a reader types:
//
//	SO_REUSEADDR  → so, reuseaddr                the runs of letters and digits
//	ReadFrom      → readfrom, read, from         and the parts of a run, by its capitals
//	监听队列      → 监听, 听队, 队列, 列         two characters at a time, since no space
//	                                             says where a word ends; and the last one,
//	                                             so that every character begins a word
func scan(text string, found func(token) bool) {
	var folded []byte
	more := true
	emit := func(start, end int) {
		folded = fold(folded[:0], text[start:end])
		more = more && found(token{folded, start, end})
	}
	for at := 0; more && at < len(text); {
		r, size := rune(text[at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(text[at:])
		}
		switch {
		case ideograph(r):
			at = pairs(text, at, emit)
		case letter(r):
			at = run(text, at, emit)
		default:
			at += size
		}
	}
}

// pairs emits the ideographs that begin at a place, and returns where they end.
func pairs(text string, at int, emit func(start, end int)) int {
	for {
		_, size := utf8.DecodeRuneInString(text[at:])
		next := at + size
		r, size := utf8.DecodeRuneInString(text[next:])
		if !ideograph(r) {
			emit(at, next)
			return next
		}
		emit(at, next+size)
		at = next
	}
}

// run emits the letters and digits that begin at a place, and then their parts if it has
// several. It returns where they end.
func run(text string, at int, emit func(start, end int)) int {
	begin, part, parts := at, at, 0
	before := rune(0)
	var cuts [8]int // a name with more parts than these is not typed
	for at < len(text) {
		r, size := utf8.DecodeRuneInString(text[at:])
		if !letter(r) || ideograph(r) {
			break
		}
		next, _ := utf8.DecodeRuneInString(text[at+size:])
		if at > begin && parts < len(cuts) && newPart(before, r, next) {
			cuts[parts] = at
			parts++
		}
		before = r
		at += size
	}
	emit(begin, at)
	for _, cut := range cuts[:parts] {
		emit(part, cut)
		part = cut
	}
	if parts > 0 {
		emit(part, at)
	}
	return at
}

// newPart tells whether r begins a part: readFrom, and the F of TCPFastOpen.
func newPart(before, r, next rune) bool {
	return unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsUpper(before) && unicode.IsLower(next))
}

// fold appends a text in lower case. Each letter stays one letter, so that a match in what
// was folded can be found again in what was not.
func fold(to []byte, text string) []byte {
	for _, r := range text {
		switch {
		case r < utf8.RuneSelf && ('A' > r || r > 'Z'):
			to = append(to, byte(r))
		case r < utf8.RuneSelf:
			to = append(to, byte(r)+'a'-'A')
		default:
			to = utf8.AppendRune(to, unicode.ToLower(r))
		}
	}
	return to
}

func letter(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.In(r, unicode.L, unicode.Nd, unicode.M)
}

// ideograph tells the scripts that are written without spaces. Korean has spaces, but its
// particles cling to the words, and so pairs find more in it.
func ideograph(r rune) bool {
	return r >= 0x1100 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}
