package search

import (
	"slices"
)

// A place is where in a document a word stands.
type place int

const (
	inText place = iota
	inTitle
	inHeading
	places
)

// A posting says how often a document has a word, by place.
type posting struct {
	document int32
	count    [places]uint16
}

// An Index knows for each word the documents that have it. The words are sorted, so that
// those with the same beginning are neighbours.
type Index struct {
	documents []Document
	names     []string // each document's heading in lower case, only its letters and digits
	words     []string
	postings  [][]posting // by word; each in the order of the documents
}

// New reads the documents. It keeps their texts, for the snippets.
func New(documents []Document) *Index {
	x := &Index{documents: documents, names: make([]string, len(documents))}
	known := make(map[string]int, 1<<13)
	var postings [][]posting
	for i := range documents {
		d := &documents[i]
		x.names[i] = plain(d.Heading)
		for where, text := range [places]string{inText: d.Text, inTitle: d.Title, inHeading: d.Heading} {
			scan(text, func(t token) bool {
				number, old := known[string(t.word)]
				if !old {
					number = len(postings)
					known[string(t.word)] = number
					postings = append(postings, nil)
				}
				postings[number] = count(postings[number], int32(i), place(where))
				return true
			})
		}
	}
	x.words = make([]string, 0, len(known))
	for word := range known {
		x.words = append(x.words, word)
	}
	slices.Sort(x.words)
	x.postings = make([][]posting, len(x.words))
	for i, word := range x.words {
		x.postings[i] = postings[known[word]]
	}
	return x
}

// count adds one more. The documents come in their order, so it concerns the last posting.
func count(list []posting, document int32, where place) []posting {
	if len(list) == 0 || list[len(list)-1].document != document {
		list = append(list, posting{document: document})
	}
	if n := &list[len(list)-1].count[where]; *n < 1<<16-1 {
		*n++
	}
	return list
}

// matching returns where the words that begin so are, and whether the first is the word itself.
func (x *Index) matching(beginning string) (from, to int, whole bool) {
	from, whole = slices.BinarySearch(x.words, beginning)
	to = from
	for to < len(x.words) && len(x.words[to]) >= len(beginning) && x.words[to][:len(beginning)] == beginning {
		to++
	}
	return from, to, whole
}

// plain reduces a name to its letters and digits with single spaces between, in lower case:
// what two spellings of one name have in common.
func plain(name string) string {
	var folded []byte
	apart := false
	for _, r := range name {
		if !letter(r) {
			apart = len(folded) > 0
			continue
		}
		if apart {
			folded = append(folded, ' ')
			apart = false
		}
		folded = fold(folded, string(r))
	}
	return string(folded)
}
