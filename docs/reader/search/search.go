// Package search finds what somebody types in the pages and in the code.
//
//	New(documents) → *Index → Find(query, limit) → []Hit, the best first
//
// A query's words are looked for as they are written, wherever they stand: l.flush,
// TCP_NODELAY and 监听 need no rule of their own. All texts together are a megabyte or two,
// which take a few milliseconds.
package search

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Document is a place that a hit leads to: a section under its heading, or a declaration.
type Document struct {
	URL     string `json:"url"`
	Title   string `json:"title"`   // the page's, or the file's name
	Heading string `json:"heading"` // a declaration's name, as conn.flush
	Text    string `json:"-"`       // a hit shows a snippet of it
	Code    bool   `json:"code"`    // it is a declaration
}

// A Hit is a document that holds every word of a query.
type Hit struct {
	Document
	Marked  []Piece `json:"marked"`  // the Heading, with what was found in it
	Snippet []Piece `json:"snippet"` // some of the Text around what was found
	score   int
}

// A Piece is a run of text that was found, or that was not.
type Piece struct {
	Text  string `json:"text"`
	Match bool   `json:"match,omitempty"`
}

// An Index never changes, so any number of goroutines may ask it.
type Index struct {
	documents     []Document
	texts, titles []string // folded
}

// New reads the documents.
func New(documents []Document) *Index {
	x := &Index{documents: documents}
	for i := range documents {
		d := &documents[i]
		d.Text = strings.Join(strings.Fields(d.Text), " ")
		x.texts = append(x.texts, fold(d.Text))
		x.titles = append(x.titles, fold(d.Title+"\n"+d.Heading))
	}
	return x
}

// People type far less; a program that sends more shall not keep the reader busy.
const maxQuery, maxWords = 200, 8

// Find returns the documents that hold every word of a query, at most limit of them. First
// come the sections, and behind them the declarations, which have a third of the room kept
// for them; a declaration by its full name, conn.flush, comes before all.
func (x *Index) Find(query string, limit int) []Hit {
	query = fold(query[:min(len(query), maxQuery)])
	words := strings.Fields(strings.TrimLeft(query, "/")) // the key that leads here
	words = words[:min(len(words), maxWords)]
	query = strings.Join(words, " ")
	var named, sections, code []Hit
	for i, d := range x.documents {
		hit := Hit{Document: d, score: x.score(i, words, query)}
		switch {
		case hit.score == 0:
		case !d.Code:
			sections = append(sections, hit)
		case strings.Contains(query, ".") && fold(d.Heading) == query:
			named = append(named, hit)
		default:
			code = append(code, hit)
		}
	}
	better := func(a, b Hit) int { return cmp.Compare(b.score, a.score) }
	slices.SortStableFunc(sections, better)
	slices.SortStableFunc(code, better)
	most := limit - len(named) - min(len(code), limit/3)
	hits := slices.Concat(named, sections[:max(0, min(len(sections), most))], code)
	hits = hits[:min(limit, len(hits))]
	for i := range hits {
		hits[i].Marked = marked(hits[i].Heading, words)
		hits[i].Snippet = snippet(hits[i].Text, words, query)
	}
	return hits
}

// score says how well a document answers: where each word stands, whether it is a word
// there or only a part of one, how often, and whether all of them follow each other.
func (x *Index) score(i int, words []string, query string) (score int) {
	title, heading, _ := strings.Cut(x.titles[i], "\n")
	for _, word := range words {
		worth := 40*rank(heading, word) + 6*rank(title, word) + 5*rank(x.texts[i], word) + min(strings.Count(x.texts[i], word), 20)
		if worth == 0 {
			return 0
		}
		score += worth
	}
	if len(words) > 1 {
		score += 30*rank(heading, query) + 30*rank(x.texts[i], query)
	}
	return score
}

// rank is 0 for a word that a text has not, 1 for a part of a word, 2 for the beginning of
// one, and 3 for the word itself.
func rank(text, word string) (best int) {
	for from := 0; best < 3; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			break
		}
		start, end := from+at, from+at+len(word)
		from = start + 1
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		after, _ := utf8.DecodeRuneInString(text[end:])
		switch {
		case letter(before):
			best = max(best, 1)
		case letter(after):
			best = max(best, 2)
		default:
			best = 3
		}
	}
	return best
}

func letter(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// fold puts a text in lower case and leaves each letter as long as it was, so that what is
// found in the one stands at the same place in the other.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if lower := unicode.ToLower(r); utf8.RuneLen(lower) == utf8.RuneLen(r) {
			return lower
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
}

const around, lead = 130, 40 // bytes of a snippet, and of them before what was found

// snippet cuts a stretch out of a text, at spaces where there are any near: where the words
// stand together, or the first of them.
func snippet(text string, words []string, query string) []Piece {
	text = strings.ToValidUTF8(text, "?")
	folded := fold(text)
	at := strings.Index(folded, query)
	for i := 0; at < 0 && i < len(words); i++ {
		at = strings.Index(folded, words[i])
	}
	start, end := max(0, at-lead), min(len(text), max(0, at)+around)
	if space := strings.IndexByte(text[start:max(start, at)], ' '); start > 0 && space >= 0 {
		start += space + 1
	}
	if space := strings.LastIndexByte(text[start:end], ' '); end < len(text) && space > around/2 {
		end = start + space
	}
	for start > 0 && !utf8.RuneStart(text[start]) {
		start--
	}
	for end < len(text) && !utf8.RuneStart(text[end]) {
		end++
	}
	pieces := marked(text[start:end], words)
	if start > 0 {
		pieces = append([]Piece{{Text: "… "}}, pieces...)
	}
	if end < len(text) {
		pieces = append(pieces, Piece{Text: " …"})
	}
	return pieces
}

// marked tells the words in a text from what stands between them.
func marked(text string, words []string) (pieces []Piece) {
	text = strings.ToValidUTF8(text, "?")
	folded := fold(text)
	done := 0
	for at := 0; at < len(text); at++ {
		longest := 0
		for _, word := range words {
			if strings.HasPrefix(folded[at:], word) {
				longest = max(longest, len(word))
			}
		}
		if longest == 0 {
			continue
		}
		if at > done {
			pieces = append(pieces, Piece{Text: text[done:at]})
		}
		pieces = append(pieces, Piece{Text: text[at : at+longest], Match: true})
		done = at + longest
		at = done - 1
	}
	if done < len(text) {
		pieces = append(pieces, Piece{Text: text[done:]})
	}
	return pieces
}
