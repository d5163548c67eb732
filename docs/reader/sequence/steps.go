package sequence

import (
	"fmt"
	"strings"
)

// arrows are those of mermaid's that are drawn.
var arrows = map[string]Step{"-->>": {Own: true}, "--x": {Own: true, Lost: true}, "->>": {}, "-x": {Lost: true}}

// message reads "A->>B: text".
func (p *parser) message(line string) error {
	parties, text, said := strings.Cut(line, ":")
	at := strings.IndexByte(parties, '-')
	if at < 0 {
		return fmt.Errorf("%s is not drawn here: only participant, Note and messages are", quote(line))
	}
	for sign, step := range arrows {
		to, found := strings.CutPrefix(parties[at:], sign)
		if !found {
			continue
		}
		if !said {
			return fmt.Errorf("%s: a message says something; add a colon and a text", quote(line))
		}
		return p.add(step, parties[:at], to, text)
	}
	return fmt.Errorf("%s: the arrow is none of ->> -->> -x --x", quote(line))
}

// note reads what follows Note: "over A: text", "over A,B: text".
func (p *parser) note(rest string) error {
	where, text, said := strings.Cut(rest, ":")
	if !said {
		return fmt.Errorf("%s: a note says something; add a colon and a text", quote("Note "+rest))
	}
	if len(where) < len("over ") || !strings.EqualFold(where[:len("over ")], "over ") {
		return fmt.Errorf("%s: a note stands over a participant, or over two", quote("Note "+where))
	}
	from, to, two := strings.Cut(where[len("over "):], ",")
	if !two {
		to = from
	}
	return p.add(Step{Note: true}, from, to, text)
}

func (p *parser) add(step Step, from, to, text string) (err error) {
	if len(p.diagram.Steps) == maxSteps {
		return fmt.Errorf("a diagram has at most %d messages and notes", maxSteps)
	}
	if step.From, err = p.participant(from); err != nil {
		return err
	}
	if step.To, err = p.participant(to); err != nil {
		return err
	}
	if step.Text, err = clean(text); err != nil {
		return err
	}
	switch {
	case step.Note && step.Text == "":
		return fmt.Errorf("the note is empty")
	case !step.Note && step.From == step.To:
		return fmt.Errorf("a message to oneself is not drawn here; write Note over %s: %s", strings.TrimSpace(from), step.Text)
	}
	p.diagram.Steps = append(p.diagram.Steps, step)
	return nil
}
