package stage

import (
	"fmt"
	"strings"
)

// Item shows a name and a line about it, as lists have them.
func (s *Stage) Item(name, text string) {
	const itemAt = 18
	text = s.style.hang(text, strings.Repeat(" ", itemAt))
	s.print("  %s%s\n", pad(name, itemAt-3)+" ", strings.TrimLeft(text, " "))
}

// Row shows a setting and what was seen with it.
func (s *Stage) Row(setting, seen string) {
	const seenAt = 48
	indent := strings.Repeat(" ", seenAt)
	if s.style.Width < widest { // too narrow for two columns
		indent = strings.Repeat(" ", textAt+2)
		s.print("%s\n", s.style.hang(setting, strings.Repeat(" ", textAt)))
		s.print("%s\n", s.style.hang(seen, indent))
		return
	}
	text := s.style.hang(seen, indent)
	s.print("%s%s%s\n", strings.Repeat(" ", textAt), pad(setting, seenAt-textAt-1)+" ", strings.TrimLeft(text, " "))
}

// Narrow tells whether a table for 80 columns has to be folded.
func (s *Stage) Narrow() bool { return s.style.Width < widest }

// Width is how many columns there are.
func (s *Stage) Width() int { return s.style.Width }

// Line writes a line as it is. Where the terminal is narrow, what does not fit is put below,
// behind the indent of the line and two more.
func (s *Stage) Line(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	if s.Narrow() && runes(line) > s.style.Width {
		text := strings.TrimLeft(line, " ")
		indent := strings.Repeat(" ", len(line)-len(text))
		line = indent + strings.TrimLeft(s.style.hang(text, indent+"  "), " ")
	}
	s.print("%s\n", line)
}
