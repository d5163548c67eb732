package sequence

import _ "embed"

// CSS gives the pictures their colours and their font. It takes --ink, --muted, --line,
// --accent, --function, --bad and --surface from the page, so a page that has two themes has them here too.
//
//	seq          the svg
//	seq-box      a participant's box
//	seq-name     its label
//	seq-life     the lifeline below it
//	seq-line     a message's line: a program's bytes; with seq-own, the protocol's own
//	seq-head     the filled head of the one, seq-open the open head of the other
//	seq-cross    where a message is lost
//	seq-text     the text of a message or a note
//	seq-halo     keeps lifelines out of a text that crosses them
//	seq-note     a note's box
//
//go:embed sequence.css
var CSS string
