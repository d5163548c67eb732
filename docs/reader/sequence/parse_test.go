package sequence

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestATextBecomesParticipantsAndSteps(t *testing.T) {
	got, err := Parse("\n%% the opening\nsequenceDiagram\r\n" +
		"  participant C as client's program\n\n" +
		"  C->>S: hello,   wire\n  S--xC:\n  note over S , C: both: at once\n  C-->>S: a<BR>b#59;\n")
	if err != nil {
		t.Fatal(err)
	}
	want := &Diagram{
		Participants: []Participant{{Name: "C", Label: "client's program"}, {Name: "S", Label: "S"}},
		Steps: []Step{
			{From: 0, To: 1, Text: "hello, wire"},
			{From: 1, To: 0, Own: true, Lost: true},
			{From: 1, To: 0, Text: "both: at once", Note: true},
			{From: 0, To: 1, Text: "a\nb;", Own: true},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAnErrorNamesTheLine(t *testing.T) {
	const begin = "sequenceDiagram\n"
	for _, test := range []struct {
		text    string
		line    int
		problem string
	}{
		{"", 1, "empty"},
		{"\n\n", 1, "empty"},
		{"sequenceDiagram", 1, "nobody takes part"},
		{"flowchart LR\nA-->B", 1, `"flowchart LR": only a sequenceDiagram`},
		{"%%{init: {}}%%\n" + begin, 1, "directives"},
		{begin + "A->>B: x\nloop forever", 3, `"loop forever" is not drawn here`},
		{begin + "autonumber", 2, "not drawn"},
		{begin + "A->>B", 2, "colon"},
		{begin + "A-|B: x", 2, "the arrow is none of"},
		{begin + "A<<->>B: x", 2, `"A<<" cannot name`},
		{begin + "A->>+B: x", 2, `"+B" cannot name`},
		{begin + "->>B: x", 2, "missing"},
		{begin + "A->>B: nowrap: x", 2, "for a setting"},
		{begin + "A->>B(x): y", 2, `"B(x)" cannot name`},
		{begin + "A->>: x", 2, "missing"},
		{begin + "A->>B: one; two", 2, "mermaid ends a text at ;"},
		{begin + "A->>B: x #1", 2, "mermaid ends a text at ;"},
		{begin + "A->>B: \xff", 2, "not UTF-8"},
		{begin + "A->>B: a\x01b", 2, "U+0001 cannot be drawn"},
		{begin + "A->>B: #7;", 2, "U+0007 cannot be drawn"},
		{begin + "Note over A", 2, "colon"},
		{begin + "Note over A:", 2, "the note is empty"},
		{begin + "Note left of A: x", 2, "stands over a participant"},
		{begin + "actor A", 2, "not drawn here"},
		{begin + "A-)B: x", 2, "the arrow is none of"},
		{begin + "A->>A: x", 2, "Note over A: x"},
		{begin + "Note over A,B,C: x", 2, `"B,C" cannot name`},
		{begin + "participant", 2, "no label"},
		{begin + "A->>B: x\nparticipant A", 3, "known already"},
		{begin + "A->>B: " + strings.Repeat("x", maxText+1), 2, "at most 300 characters"},
		{begin + strings.Repeat("x", maxName+1) + "->>B: x", 2, "at most 60 letters"},
		{begin + strings.Repeat("A->>B: x\n", maxSteps+1), maxSteps + 2, "at most 200"},
		{begin + participants(maxParticipants+1), maxParticipants + 2, "at most 16 participants"},
		{strings.Repeat("\n", maxBytes+1), 1, "at most 32768 bytes"},
	} {
		_, err := Parse(test.text)
		var at *Error
		switch {
		case !errors.As(err, &at):
			t.Errorf("%.60q: error %v, want an *Error", test.text, err)
		case at.Line != test.line || !strings.Contains(at.Problem, test.problem):
			t.Errorf("%.60q: %v, want line %d: … %s …", test.text, err, test.line, test.problem)
		}
	}
}

// Mermaid's lexer takes each of these for a word of its language before it looks for a name.
func TestMermaidsOwnWordsNameNobody(t *testing.T) {
	words := "box participant actor create destroy loop rect opt alt else par par_over and critical option break end links link " +
		"properties details over note activate deactivate title accTitle accDescr sequenceDiagram autonumber off 12"
	for word := range strings.FieldsSeq(words) {
		for _, name := range []string{word, strings.ToUpper(word), word + " two", "left of " + word} {
			for _, text := range []string{"A->>" + name + ": x", "participant " + name, "Note over A," + name + ": x"} {
				if _, err := Parse("sequenceDiagram\n" + text); err == nil {
					t.Errorf("%q is drawn, and mermaid would not", text)
				}
			}
		}
	}
	for _, name := range []string{"the end", "ender", "parent", "notes", "boxes", "office", "linker", "actors", "h2"} {
		if _, err := Parse("sequenceDiagram\nA->>" + name + ": x\nparticipant " + name + "2 as end"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// participants declares n participants, a line each.
func participants(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("participant " + strings.Repeat("p", i+1) + "\n")
	}
	return b.String()
}

func TestTheTableSaysWhatThePictureShows(t *testing.T) {
	diagram, err := Parse("sequenceDiagram\nparticipant C as the<br>client\nC->>S: hello\nS-xC: ACK\nS-->>C: FIN\nNote over C: waits\nNote over C,S: both")
	if err != nil {
		t.Fatal(err)
	}
	want := []Row{
		{Number: 1, From: "the client", To: "S", What: "message", Text: "hello"},
		{Number: 2, From: "S", To: "the client", What: "lost", Text: "ACK"},
		{Number: 3, From: "S", To: "the client", What: "own", Text: "FIN"},
		{Number: 4, From: "the client", What: "note", Text: "waits"},
		{Number: 5, From: "the client", To: "S", What: "note", Text: "both"},
	}
	if diff := cmp.Diff(want, diagram.Rows(Words{Message: "message", Own: "own", Lost: "lost", Note: "note"})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(all)
	f.Add("sequenceDiagram\nA->>B: 监听队列满了，于是连接被丢弃\nNote over A,B: ｗｉｄｅ")
	f.Add("sequenceDiagram\nparticipant A as <br/>\nA-xB: #0;#55296;\nNote over A:a<br>b")
	f.Fuzz(func(t *testing.T, text string) {
		diagram, err := Parse(text)
		if err != nil {
			if at := (*Error)(nil); !errors.As(err, &at) || at.Line < 1 || at.Line > 1+strings.Count(text, "\n") {
				t.Fatalf("the error %v names no line of the text", err)
			}
			return
		}
		svg := diagram.SVG("f")
		wellFormed(t, svg)
		insideTheView(t, svg)
		if rows := diagram.Rows(Words{}); len(rows) != len(diagram.Steps) {
			t.Fatalf("%d rows for %d steps", len(rows), len(diagram.Steps))
		}
	})
}
