package stage

import "strings"

// Item shows a name and a line about it, as lists have them.
func (s *Stage) Item(name, text string) {
	const itemAt = 18
	text = s.style.hang(text, strings.Repeat(" ", itemAt))
	s.print("  %s%s\n", pad(name, itemAt-3)+" ", strings.TrimLeft(text, " "))
}
