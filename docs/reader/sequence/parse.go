package sequence

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// What a text may ask for. A page's diagram stays far below; past these the text is hostile,
// or too large to be read as a picture.
const (
	maxBytes        = 32 << 10
	maxParticipants = 16
	maxSteps        = 200
	maxName         = 60  // runes
	maxText         = 300 // runes
)

// An Error says which line of the block cannot be drawn, the first being 1, and why.
type Error struct {
	Line    int
	Problem string
}

func (e *Error) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Problem) }

// Parse reads the inside of a mermaid fence. Any error is an *Error.
func Parse(text string) (*Diagram, error) {
	if len(text) > maxBytes {
		return nil, &Error{1, fmt.Sprintf("a diagram has at most %d bytes", maxBytes)}
	}
	p := parser{column: map[string]int{}}
	begun, number := false, 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.TrimSpace(line)
		var err error
		switch {
		case line == "":
		case strings.HasPrefix(line, "%%"):
			err = comment(line)
		case !begun:
			begun = true
			err = opening(line)
		default:
			err = p.statement(line)
		}
		if err != nil {
			return nil, &Error{number, err.Error()}
		}
	}
	switch {
	case !begun:
		return nil, &Error{1, "the block is empty; it begins with sequenceDiagram"}
	case len(p.diagram.Participants) == 0:
		return nil, &Error{number, "nobody takes part; try participant client"}
	}
	return &p.diagram, nil
}

func opening(line string) error {
	if line != "sequenceDiagram" {
		return fmt.Errorf("%s: only a sequenceDiagram is drawn", quote(line))
	}
	return nil
}

// comment refuses mermaid's directives: they look like comments and change the picture.
func comment(line string) error {
	if strings.HasPrefix(line, "%%{") {
		return fmt.Errorf("%s: directives are not drawn", quote(line))
	}
	return nil
}

// A parser collects the diagram. column tells the participants that are known by now.
type parser struct {
	diagram Diagram
	column  map[string]int
}

func (p *parser) statement(line string) error {
	if !utf8.ValidString(line) {
		return fmt.Errorf("%s: not UTF-8", quote(line))
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch strings.ToLower(word) {
	case "participant":
		return p.declare(rest)
	case "note":
		return p.note(rest)
	}
	return p.message(line)
}

// declare reads "X" or "X as some words".
func (p *parser) declare(rest string) error {
	name, label, found := strings.Cut(rest, " as ")
	if !found {
		label = name
	}
	name = strings.TrimSpace(name)
	if _, known := p.column[name]; known {
		return fmt.Errorf("%s is known already: declare it once, before its first message", name)
	}
	label, err := clean(label)
	if err != nil {
		return err
	}
	if label == "" {
		return fmt.Errorf("%s has no label", quote(name))
	}
	column, err := p.participant(name)
	if err != nil {
		return err
	}
	p.diagram.Participants[column] = Participant{Name: name, Label: label}
	return nil
}

// reserved is how no name may begin, since mermaid would read a word of its language, or a
// number. See the rules of its lexer, sequenceDiagram.jison.
var reserved = regexp.MustCompile(`(?i)^(?:[0-9]+(?:\s|$)|(?:accDescr|accTitle|activate|actor|alt|and|autonumber|box|break|create|` +
	`critical|deactivate|destroy|details|else|end|left of|link|links|loop|note|off|opt|option|over|par|par_over|participant|` +
	`properties|rect|right of|sequenceDiagram|title)\b)`)

// participant returns the column of a name. Its first use declares it, as mermaid does.
func (p *parser) participant(name string) (int, error) {
	name = strings.TrimSpace(name)
	if column, known := p.column[name]; known {
		return column, nil
	}
	column := len(p.diagram.Participants)
	switch label, err := clean(name); {
	case name == "":
		return 0, fmt.Errorf("a participant is missing; try client->>server: text")
	case err != nil:
		return 0, err
	case label != name || strings.ContainsAny(name, "+-<>:,;@#()/\\%"), reserved.MatchString(name):
		return 0, fmt.Errorf("%s cannot name a participant", quote(name))
	case utf8.RuneCountInString(name) > maxName:
		return 0, fmt.Errorf("%s: a name has at most %d letters", quote(name), maxName)
	case column == maxParticipants:
		return 0, fmt.Errorf("a diagram has at most %d participants", maxParticipants)
	}
	p.column[name] = column
	p.diagram.Participants = append(p.diagram.Participants, Participant{Name: name, Label: name})
	return column, nil
}
