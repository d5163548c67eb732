package search

import (
	"strings"
	"testing"
)

func TestAQueryIsBounded(t *testing.T) {
	index := New(corpus)
	if n := len(understand("a b c d e f g h i j k l m n o p q r s" + strings.Repeat(" t", 1<<20)).words); n != maxWords {
		t.Errorf("%d words are looked for, want %d", n, maxWords)
	}
	index.Find(strings.Repeat("x", 1<<20), 10)
	if n := len(index.Find("e", -1)); n != 0 {
		t.Errorf("%d hits with a limit of -1", n)
	}
	if n := len(index.Find("e", 1<<30)); n == 0 || n > maxHits {
		t.Errorf("%d hits without a limit", n)
	}
}

func TestALongTextIsNotReadToItsEnd(t *testing.T) {
	text := strings.Repeat("fast, then slowly open; ", 1<<16)
	if n := len(marks(text, understand("fast open"))); n != maxMark {
		t.Errorf("%d matches are looked at, want %d", n, maxMark)
	}
	index := New([]Document{
		{URL: "long", Heading: "One", Text: "fast open " + strings.Repeat("x ", maxRead/2)},
		{URL: "next", Heading: "Two", Text: "fast open"},
	})
	hits := index.Find("fast open", 2)
	if len(hits) != 2 || hits[0].URL != "long" || hits[0].Score-hits[1].Score < worthTogether {
		t.Errorf("a text was read past what a query may read: %v %v", hits[0].Score, hits[1].Score)
	}
}
