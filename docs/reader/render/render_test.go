package render

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden file anew")

var plainWords = &Words{
	Lines: "lines %s–%s", Seen: "seen once", Diagram: "Diagram", Number: "Step", From: "From", To: "To", What: "What",
	Message: "message", Lost: "lost", Note: "note", Link: "Link to: %s", ScrollsCode: "Code", ScrollsTables: "Table",
	Alerts: map[string]string{"WARNING": "Warning"},
}

// drawing is tested where it is drawn.
var drawing = regexp.MustCompile(`(?s)<svg.*?</svg>`)

func TestATextWithEverythingBecomesThisPage(t *testing.T) {
	const golden = "testdata/everything.html"
	source, err := os.ReadFile("testdata/everything.md")
	if err != nil {
		t.Fatal(err)
	}
	page, err := Markdown("docs/everything.md", source, plainWords)
	if err != nil {
		t.Fatal(err)
	}
	got := drawing.ReplaceAllString(page.HTML, "<svg/>")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Error(diff)
	}
	if page.Title != "A title" || !strings.HasPrefix(page.Lead, "A paragraph with code") {
		t.Errorf("title %q, lead %q", page.Title, page.Lead)
	}
	contents := []Heading{{2, "own", "A heading of its own"}, {3, "again", "Again"}, {3, "again-1", "Again"}}
	if diff := cmp.Diff(contents, page.Contents); diff != "" {
		t.Error(diff)
	}
}

func TestAProblemNamesItsLine(t *testing.T) {
	_, err := Markdown("docs/a.md", []byte("# A\n\n```mermaid\nsequenceDiagram\n    what is this\n```\n"), plainWords)
	if err == nil || !strings.HasPrefix(err.Error(), "docs/a.md:5: the diagram: ") {
		t.Errorf("the error is %v", err)
	}
}

// Whatever a text holds, no tag and no attribute of it gets into the page that is not on
// our list.
var (
	dangerous = regexp.MustCompile(`(?i)<(script|style|iframe|object|embed|form|link|meta|base)\b|<[a-z][^>]*\son[a-z]+\s*=|href="\s*(javascript|data|vbscript):|src="(https?:)?//`)
	quoted    = regexp.MustCompile(`"[^"]*"`)
)

func FuzzMarkdown(f *testing.F) {
	source, err := os.ReadFile("testdata/everything.md")
	if err != nil {
		f.Fatal(err)
	}
	for part := range strings.SplitSeq(string(source), "\n\n") {
		f.Add(part)
	}
	f.Add("<img src=\"//example.com\"><a href=\"JaVaScRiPt:alert(1)\">")
	f.Add("[a](<java\tscript:alert(1)>) <a href=\"&#106;avascript:alert(1)\">")
	f.Fuzz(func(t *testing.T, text string) {
		page, err := Markdown("a.md", []byte(text), plainWords)
		if err != nil {
			return
		}
		// Inside of a value anything may stand: it has no end of a tag in it.
		for _, found := range dangerous.FindAllString(page.HTML, -1) {
			if unquoted := quoted.ReplaceAllString(found, `""`); dangerous.MatchString(unquoted) || strings.Contains(strings.ToLower(found), "script:") || strings.Contains(found, "src=") {
				t.Errorf("%q gives %q", text, found)
			}
		}
	})
}
