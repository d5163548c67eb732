package sequence

import "strings"

// Words are the reader's, in the language of the page.
type Words struct {
	Message, Own, Lost, Note string // what a step is
}

// A Row is a step in the table that stands in for the picture. To is empty where a note
// stands at one participant.
type Row struct {
	Number   int // the first is 1
	From, To string
	What     string // one of the Words
	Text     string
}

// Rows tells the diagram step by step.
func (d *Diagram) Rows(words Words) []Row {
	rows := make([]Row, 0, len(d.Steps))
	for i, step := range d.Steps {
		row := Row{
			Number: i + 1,
			From:   d.label(step.From),
			To:     d.label(step.To),
			What:   words.Message,
			Text:   oneLine(step.Text),
		}
		switch {
		case step.Note:
			row.What = words.Note
			if step.From == step.To {
				row.To = ""
			}
		case step.Lost:
			row.What = words.Lost
		case step.Own:
			row.What = words.Own
		}
		rows = append(rows, row)
	}
	return rows
}

func (d *Diagram) label(column int) string { return oneLine(d.Participants[column].Label) }

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }
