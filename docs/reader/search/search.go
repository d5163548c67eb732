// Package search finds words in the pages and in the code, fast enough to answer while they
// are being typed.
//
//	New(documents) → *Index → Find(query, limit) → []Hit, the best first
//
// A document is what a hit can lead to: a section under its heading, a page, a declaration.
// An Index never changes, so any number of goroutines may ask it.
package search

// A Kind is what a document is. It decides only between hits that are equal otherwise.
type Kind int

const (
	Section     Kind = iota // a part of a page, with its heading
	Text                    // a text without a heading of its own
	Declaration             // a declaration in Go; its Heading is the name, a method's conn.flush
)

// A Document is a place that a hit leads to. Title is the page's, or the name of the file.
type Document struct {
	URL     string `json:"url"`
	Title   string `json:"title"`
	Heading string `json:"heading"`
	Text    string `json:"-"` // a hit shows a snippet of it
	Kind    Kind   `json:"kind"`
}

// A Hit is a document that holds every word of the query.
type Hit struct {
	Document
	Marked  []Piece `json:"marked"`  // the Heading, with what was found in it
	Snippet []Piece `json:"snippet"` // some 120 characters of the Text around what was found
	Score   float64 `json:"score"`
}

// A Piece is a run of text that was found, or that was not. The pieces in their order, put
// together, are the text; white space is one space, and … stands where more was cut away.
type Piece struct {
	Text  string `json:"text"`
	Match bool   `json:"match,omitempty"`
}
