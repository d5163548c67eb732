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
// A solid arrow carries a program's bytes, a dashed one what the protocol sends of its own:
// in a picture of TCP the SYN, the acknowledgements and the FIN.
package sequence

import "slices"

// A Diagram is who takes part, and what happens between them from top to bottom.
type Diagram struct {
	Participants []Participant
	Steps        []Step
}

// A Participant is a column. Name is how the text calls it, Label what the reader sees; a
// line break in Label, or in the text of a step, is one in the picture.
type Participant struct {
	Name, Label string
}

// A Step is a message, or a note over one participant or across all from From to To, which
// are indexes into Participants.
type Step struct {
	From, To int
	Text     string
	Note     bool
	Own      bool // the protocol's own: no program has sent it
	Lost     bool // it never arrives
}

// Legend tells whether the picture has both sorts of arrows, so that it must say which is
// which.
func (d *Diagram) Legend() bool {
	sort := func(own bool) bool {
		return slices.ContainsFunc(d.Steps, func(s Step) bool { return !s.Note && s.Own == own })
	}
	return sort(true) && sort(false)
}

// span returns the columns that the step reaches across, the left one first.
func (s Step) span() (left, right int) {
	return min(s.From, s.To), max(s.From, s.To)
}
