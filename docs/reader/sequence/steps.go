package sequence

import (
	"fmt"
	"strings"
)

// arrows are mermaid's, the longer before those that they begin with.
var arrows = []struct {
	sign string
	step Step
}{
	{"-->>", Step{Dashed: true}},
	{"--x", Step{Dashed: true, Lost: true}},
	{"--)", Step{Dashed: true, Head: Open}},
	{"-->", Step{Dashed: true, Head: None}},
	{"->>", Step{}},
	{"-x", Step{Lost: true}},
	{"-)", Step{Head: Open}},
	{"->", Step{Head: None}},
}

// message reads "A->>B: text".
func (p *parser) message(line string) error {
	parties, text, said := strings.Cut(line, ":")
	at := strings.IndexByte(parties, '-')
	if at < 0 {
		return fmt.Errorf("%s is not drawn here: only participant, actor, Note and messages are", quote(line))
	}
	for _, arrow := range arrows {
		to, found := strings.CutPrefix(parties[at:], arrow.sign)
		if !found {
			continue
		}
		if !said {
			return fmt.Errorf("%s: a message says something; add a colon and a text", quote(line))
		}
		return p.add(arrow.step, parties[:at], to, text)
	}
	return fmt.Errorf("%s: the arrow is none of ->> -->> -> --> -x --x -) --)", quote(line))
}

// note reads what follows Note: "over A: text", "over A,B: text", "left of A: text".
func (p *parser) note(rest string) error {
	where, text, said := strings.Cut(rest, ":")
	if !said {
		return fmt.Errorf("%s: a note says something; add a colon and a text", quote("Note "+rest))
	}
	words := strings.ToLower(where)
	switch {
	case strings.HasPrefix(words, "over "):
		from, to, two := strings.Cut(where[len("over "):], ",")
		if !two {
			to = from
		}
		return p.add(Step{Note: Over}, from, to, text)
	case strings.HasPrefix(words, "left of "):
		name := where[len("left of "):]
		return p.add(Step{Note: LeftOf}, name, name, text)
	case strings.HasPrefix(words, "right of "):
		name := where[len("right of "):]
		return p.add(Step{Note: RightOf}, name, name, text)
	}
	return fmt.Errorf("%s: a note stands over, left of or right of a participant", quote("Note "+where))
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
	if step.Note != NoNote && step.Text == "" {
		return fmt.Errorf("the note is empty")
	}
	p.diagram.Steps = append(p.diagram.Steps, step)
	return nil
}
