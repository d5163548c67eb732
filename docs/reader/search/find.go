package search

import (
	"cmp"
	"slices"
	"strings"
)

// Find returns the documents that hold every word of a query, the best first and at most
// limit of them. The last word may be the beginning of one.
func (x *Index) Find(text string, limit int) []Hit {
	q := understand(text)
	found := x.all(q)
	for i := range found {
		found[i].score += x.named(q, found[i].document)
	}
	slices.SortFunc(found, better)
	x.favourTogether(q, found)
	slices.SortFunc(found, better)
	found = found[:max(0, min(limit, len(found), maxHits))]
	hits := make([]Hit, 0, len(found))
	for _, c := range found {
		d := x.documents[c.document]
		hits = append(hits, Hit{
			Document: d,
			Marked:   whole(d.Heading, q),
			Snippet:  snippet(d.Text, q),
			Score:    c.score,
		})
	}
	return hits
}

// A candidate is a document that has every word so far.
type candidate struct {
	document int
	score    float64
}

func better(a, b candidate) int {
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.document, b.document))
}

// all returns the documents that have all words, in their order.
func (x *Index) all(q query) []candidate {
	if len(q.words) == 0 {
		return nil
	}
	total := make([]float64, len(x.documents)) // -1: a word is missing
	best := make([]float64, len(x.documents))  // of the word at hand
	for _, w := range q.words {
		clear(best)
		x.weigh(w, best)
		for i, score := range best {
			if score == 0 || total[i] < 0 {
				total[i] = -1
				continue
			}
			total[i] += score
		}
	}
	var found []candidate
	for i, score := range total {
		if score > 0 {
			found = append(found, candidate{i, score})
		}
	}
	return found
}

// weigh notes for each document what its best match of a word is worth.
func (x *Index) weigh(w wanted, best []float64) {
	from, to, exact := x.matching(w.word)
	if !w.begin && exact {
		to = from + 1
	} else if !w.begin {
		to = from
	}
	for i := from; i < to; i++ {
		isWord := exact && i == from
		for _, p := range x.postings[i] {
			best[p.document] = max(best[p.document], p.worth(isWord))
		}
	}
}

// worth says how good it is to have a word: in a heading rather than in a text, the word
// itself rather than one that begins with it, often rather than once.
func (p posting) worth(isWord bool) float64 {
	worth := 0.0
	if n := float64(p.count[inText]); n > 0 {
		worth = 4 + 4*n/(n+2)
	}
	if p.count[inTitle] > 0 {
		worth += 8
	}
	if p.count[inHeading] > 0 {
		worth += 40
	}
	if isWord {
		worth *= 1.5
	}
	return worth
}

// named says how much more a document is worth for being called what was typed: exactly so,
// as a method is by its own name, or so from the first letter on.
func (x *Index) named(q query, document int) float64 {
	name, kind := x.names[document], x.documents[document].Kind
	worth := 0.0
	switch {
	case name == q.plain:
		worth = 1000
	case kind == Declaration && strings.HasSuffix(name, " "+q.plain):
		worth = 800
	case strings.HasPrefix(name, q.plain):
		worth = 200
	case strings.Contains(name, " "+q.plain):
		worth = 100
	}
	if kind == Declaration && worth > 0 {
		worth += 10
	}
	return worth
}
