// Package stage is how a demo speaks: numbered steps, what passes between the actors, and
// what was measured, in at most 80 columns of text. Only demos use it. The code that they show
// knows nothing of it.
package stage

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// The columns of a line: a margin with the step's number, the clock, who, and the rest.
const (
	widest    = 80
	narrowest = 44 // below it, lines of one word each would be no help
	textAt    = 5
	whoAt     = 13
	saidAt    = 24
	arrowSize = 24 // at least
)

// A Stage writes the text of one demo. Its methods are for one goroutine.
type Stage struct {
	out   io.Writer
	style Style
	now   func() time.Time
	begun time.Time
	shown time.Duration // what the clock column showed last
	steps int
}

// New makes a stage of a file, most often os.Stdout. What the file and the environment
// allow decides about colour and about letters beyond ASCII.
func New(out *os.File) *Stage {
	return newStage(out, styleFor(out), time.Now)
}

func newStage(out io.Writer, style Style, now func() time.Time) *Stage {
	return &Stage{out: out, style: style, now: now, begun: now(), shown: -time.Hour}
}

// Title begins the demo: a label such as "LESSON 1", the title, and a line about it.
func (s *Stage) Title(label, title, about string) {
	indent := strings.Repeat(" ", 2+runes(label)+2)
	s.print("\n  %s  %s\n%s\n", s.style.bold(label), s.style.bold(title), s.style.hang(about, indent))
}

// Step begins a numbered step with what is about to happen.
func (s *Stage) Step(format string, args ...any) {
	s.steps++
	text := fmt.Sprintf(format, args...)
	text = s.style.hang(strings.ToUpper(text[:1])+text[1:], strings.Repeat(" ", textAt))
	s.print("\n  %s  %s\n", s.style.bold(fmt.Sprint(s.steps)), strings.TrimLeft(text, " "))
}

// Event shows that something has passed from one actor to another.
func (s *Stage) Event(from, to, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	room := s.style.Width - saidAt - runes("── ") - runes(" ▶ ") - runes(to) // for what has passed and its arrow
	tail := strings.Repeat("─", max(2, min(arrowSize-4, room)-runes(what)))
	s.print("%s%s %s %s %s %s\n", s.clock(), pad(from, saidAt-whoAt-1),
		s.style.dim("──"), what, s.style.dim(tail+"▶"), to)
}

// Measure shows what was found out about an actor.
func (s *Stage) Measure(who, format string, args ...any) {
	text := s.style.hang(fmt.Sprintf(format, args...), strings.Repeat(" ", saidAt))
	s.print("%s%s %s\n", s.clock(), pad(who, saidAt-whoAt-1), strings.TrimLeft(text, " "))
}

// Verdict shows that something holds, or fails, by a word as well as by a colour, and what was
// seen.
func (s *Stage) Verdict(what string, holds bool, seen string) {
	const seenAt = textAt + 16 + len("holds") + 2
	word := s.style.green("holds")
	if !holds {
		word = s.style.red("FAILS")
	}
	text := s.style.hang(seen, strings.Repeat(" ", seenAt))
	s.print("%s%s%s  %s\n", strings.Repeat(" ", textAt), pad(what, 16), word, strings.TrimLeft(text, " "))
}

// Say writes a paragraph.
func (s *Stage) Say(format string, args ...any) {
	s.print("\n%s\n", s.style.hang(fmt.Sprintf(format, args...), "  "))
}

// Next ends the demo with what to do now, a row each: a word, a command or a file, and
// what it is about.
func (s *Stage) Next(rows ...[3]string) {
	var size [2]int
	for _, row := range rows {
		size = [2]int{max(size[0], runes(row[0])), max(size[1], runes(row[1]))}
	}
	s.print("\n")
	for _, row := range rows {
		if indent := 2 + size[0] + 2; indent+size[1]+2+runes(row[2]) > s.style.Width { // what it is about goes below
			s.print("  %s  %s\n%s\n", s.style.bold(pad(row[0], size[0])), row[1], s.style.hang(row[2], strings.Repeat(" ", indent+2)))
			continue
		}
		s.print("  %s  %s  %s\n", s.style.bold(pad(row[0], size[0])), pad(row[1], size[1]), row[2])
	}
}

// clock is the margin of an event: the seconds since the start, shown again only when
// they have moved on visibly.
func (s *Stage) clock() string {
	elapsed := s.now().Sub(s.begun)
	if elapsed-s.shown < 100*time.Millisecond {
		return strings.Repeat(" ", whoAt)
	}
	s.shown = elapsed
	return strings.Repeat(" ", textAt) + s.style.dim(pad(fmt.Sprintf("%.2f s", elapsed.Seconds()), whoAt-textAt))
}

func (s *Stage) print(format string, args ...any) {
	io.WriteString(s.out, s.style.letters(fmt.Sprintf(format, args...)))
}

// Blank leaves a line empty.
func (s *Stage) Blank() { s.print("\n") }
