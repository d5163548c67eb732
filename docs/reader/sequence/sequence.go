// Package sequence draws the exchanges of the lessons: mermaid's sequenceDiagram, as far as
// the texts use it, becomes an SVG on the server.
//
//	Parse(text) → *Diagram → SVG(id)     the picture
//	                       → Rows(words) the same as a table, for those who hear the page
//
// GitHub draws the same text with mermaid. So what this package does not know is an error
// and not a guess: a reader who sees a picture in one place and none in the other would
// look for the difference in the protocol.
//
// A Diagram is plain data. Whoever has watched a run can fill one in without any text.
package sequence

// A Diagram is who takes part, and what happens between them from top to bottom.
type Diagram struct {
	// Title names the picture for those who do not see it. Empty means the participants'
	// labels, which need no translation.
	Title        string
	Participants []Participant
	Steps        []Step
}

// A Participant is a column. Name is how the text calls it, Label what the reader sees; a
// line break in Label, or in the text of a step, is one in the picture.
type Participant struct {
	Name, Label string
	Actor       bool // a person rather than a program
}

// A Step is a message or a note. From and To are indexes into Participants. A message to
// oneself has both the same, and so has a note over one participant.
type Step struct {
	From, To int
	Text     string
	Note     Place // NoNote: a message, and only then the fields below count
	Dashed   bool
	Lost     bool // it never arrives
	Head     Head
}

// A Place says where a note stands.
type Place int

const (
	NoNote  Place = iota
	Over          // over one participant, or across all from From to To
	LeftOf        // to the left of From
	RightOf       // to the right of From
)

// A Head is the tip of an arrow. A lost message ends in a cross, whatever its head.
type Head int

const (
	Filled Head = iota // ->>
	Open               // -)  sent without waiting
	None               // ->
)

// span returns the columns that the step reaches across, the left one first.
func (s Step) span() (left, right int) {
	return min(s.From, s.To), max(s.From, s.To)
}
