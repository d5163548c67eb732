package find

import (
	"slices"

	"onthewire/lessons/06-pitfalls/pitfall"
)

// An Entry is a mistake: a pitfall of this lesson, or one that another lesson shows.
type Entry struct {
	Name     string   // the pitfall's; other lessons' mistakes have none
	Title    string   // the mistake, in a few words
	Symptom  string   // what an operator sees
	Messages []string // what programs say of it, word for word
	Look     string   // where to look, to know it from others of which programs say the same
	There    string   // what one sees there
	Try      string   // the command that shows it, or nothing where a test is all
	Page     string   // what explains it, as seen from lessons/; nothing for a pitfall
	Test     string   // the test that proves it, FILE#NAME as seen from lessons/, if it is no experiment
}

// Entries are the pitfalls, and then what other lessons show.
func Entries(pitfalls []pitfall.Pitfall) (all []Entry) {
	for _, p := range pitfalls {
		look := p.Diagnose[0]
		all = append(all, Entry{
			Name: p.Name, Title: p.Title, Symptom: p.Symptom, Messages: p.Messages,
			Look: look[0], There: look[1], Try: "bin/lesson6 run " + p.Name,
		})
	}
	return append(all, Classics()...)
}

// Classics are those of the other lessons.
func Classics() []Entry { return slices.Concat(ofTCP, ofUDP, ofHTTP) }
