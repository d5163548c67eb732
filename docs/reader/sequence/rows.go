package sequence

import "strings"

// Words are the reader's, in the language of the page.
type Words struct {
	Message, Lost, Note string // what a step is
}

// A Row is a step in the table that stands in for the picture. To is empty where a note
// stands at one participant.
type Row struct {
	Number         int // the first is 1
	From, To       string
	What           string // one of the Words
	Text           string
	IsNote, IsLost bool
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
			IsNote: step.Note != NoNote,
			IsLost: step.Note == NoNote && step.Lost,
		}
		switch {
		case row.IsNote:
			row.What = words.Note
			if step.From == step.To {
				row.To = ""
			}
		case row.IsLost:
			row.What = words.Lost
		}
		rows = append(rows, row)
	}
	return rows
}

func (d *Diagram) label(column int) string { return oneLine(d.Participants[column].Label) }

// title is what a screen reader announces in place of the picture.
func (d *Diagram) title() string {
	if d.Title != "" {
		return d.Title
	}
	labels := make([]string, len(d.Participants))
	for i := range d.Participants {
		labels[i] = d.label(i)
	}
	return strings.Join(labels, ", ")
}

func oneLine(text string) string { return strings.ReplaceAll(text, "\n", " ") }
