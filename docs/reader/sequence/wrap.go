package sequence

import (
	"strings"
	"unicode"
)

// wrap breaks a text into lines of at most limit pixels, as even as they can be: the fewest
// lines that fit, and then the narrowest width that needs no more of them.
func wrap(text string, limit int) []string {
	if text == "" {
		return nil
	}
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		pieces := split(paragraph, limit)
		best := fill(pieces, limit)
		for low, high := 1, limit; low < high; {
			middle := (low + high) / 2
			if tried := fill(pieces, middle); len(tried) <= len(best) && widest(tried) <= middle {
				best, high = tried, middle
			} else {
				low = middle + 1
			}
		}
		lines = append(lines, best...)
	}
	return lines
}

// A piece is what no line end may divide. It brings the space before it along.
type piece struct {
	text string
	size int // in thousandths of the font's size
}

// fill puts as many pieces into each line as fit.
func fill(pieces []piece, limit int) []string {
	lines, size := []string{""}, 0
	for _, p := range pieces {
		last := &lines[len(lines)-1]
		if *last == "" || pixels(size+p.size) <= limit {
			*last += p.text
			size += p.size
			continue
		}
		lines = append(lines, strings.TrimPrefix(p.text, " "))
		size = p.size
	}
	return lines
}

// split cuts a text where a line may end: before a space, around wide characters, and inside
// a word that no line could hold.
func split(text string, limit int) []piece {
	var pieces []piece
	begin, size, after := 0, 0, false // of the piece; a wide character stands before
	for i, r := range text {
		closing := unicode.In(r, unicode.Pe, unicode.Pf, unicode.Po) // never begins a line
		ends := r == ' ' || !closing && (wide(r) || after) || pixels(size+advance(r)) > limit
		if ends && i > begin {
			pieces = append(pieces, piece{text[begin:i], size})
			begin, size = i, 0
		}
		size += advance(r)
		after = wide(r)
	}
	return append(pieces, piece{text[begin:], size})
}
