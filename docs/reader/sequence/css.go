package sequence

import _ "embed"

// CSS gives the pictures their colours and their font. It takes --ink, --muted, --line,
// --accent and --surface from the page, so a page that has two themes has them here too.
//
//	seq          the svg
//	seq-box      a participant's box
//	seq-name     its label
//	seq-life     the lifeline below it
//	seq-line     a message's line; with seq-dashed, seq-lost, seq-open (head) or seq-cross
//	seq-head     a filled head
//	seq-text     the text of a message or a note
//	seq-halo     keeps lifelines out of a text that crosses them
//	seq-note     a note's box
//
//go:embed sequence.css
var CSS string
