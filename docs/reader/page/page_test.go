package page_test

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onthewire/docs/reader/page"
)

var update = flag.Bool("update", false, "write the golden files as they are now")

var words = page.Words{
	Note: "Note", Sketch: "sketch", Diagram: "Exchange", Table: "Table", Permalink: "Link to %s",
	Message: "message", Own: "own", Lost: "lost", Aside: "note", From: "from", To: "to", What: "what", Said: "text", Number: "step",
}

func TestAPageWithEverything(t *testing.T) {
	source, err := os.ReadFile("testdata/everything.md")
	if err != nil {
		t.Fatal(err)
	}
	got, err := page.Render("everything.md", source, words)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("testdata/everything.html", []byte(got.HTML), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/everything.html")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got.HTML)); diff != "" {
		t.Errorf("want -, got + (go test -update writes it)\n%s", diff)
	}
	if got.Title != "A page with everything" {
		t.Errorf("its title is %q", got.Title)
	}
	contents := []page.Heading{
		{Level: 2, ID: "glutton", Text: "The glutton freezes everyone"},
		{Level: 3, ID: "a-list-a-table-an-aside", Text: "A list, a table, an aside"},
		{Level: 2, ID: "the-glutton-freezes-everyone-1", Text: "The glutton freezes everyone"},
	}
	if diff := cmp.Diff(contents, got.Contents); diff != "" {
		t.Errorf("its contents: want -, got +\n%s", diff)
	}
}

func TestWhatCannotBeRenderedNamesItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"# T\n\n```mermaid\nsequenceDiagram\n    nonsense here\n```\n": "a.md:5: this diagram cannot be drawn: ",
		"# T\n\n```mermaid\npie\n```\n":                                "a.md:4: this diagram cannot be drawn: ",
		"# T\n\n<details><summary>S</summary>\n\ntext\n":               "a.md:3: a <details> and a </details> are not a pair",
		"# T\n\ntext\n\n</details>\n":                                  "a.md:5: this </details> closes nothing",
		"# T\n\nbroken \xff here\n":                                    "a.md:3: this is not UTF-8",
		"---\na: b\n---\n# T\n":                                        "a.md:1: GitHub takes what stands between",
		"# T\n\ntext\n\n- [ ] a box\n":                                 "a.md:5: a list with boxes",
		"# T\n\n## A :smile: b\n":                                      "a.md:3: GitHub makes a picture",
	} {
		_, err := page.Render("a.md", []byte(text), words)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: the error is %v, it should begin with %q", text, err, want)
		}
	}
}

func TestNoLinkRunsAScriptAndNoElementBringsOne(t *testing.T) {
	for text, want := range map[string]string{
		"[a](https://x.org/?a=b&c)":                     `<a href="https://x.org/?a=b&amp;c">a</a>`,
		"[a](more/x.md#y)":                              `<a href="more/x.md#y">a</a>`,
		"[a](javascript:alert(1))":                      `<a href="">a</a>`,
		"[a](JaVaScript:alert(1))":                      `<a href="">a</a>`,
		"[a](javascript&colon;alert(1))":                `<a href="">a</a>`,
		"[a](&#x6A;avascript&#58;alert(1))":             `<a href="">a</a>`,
		"[a](data:text/html,x)":                         `<a href="">a</a>`,
		"[a](java\\script:x)":                           `<a href="">a</a>`,
		"<javascript:alert(1)>":                         `<a href="">javascript:alert(1)</a>`,
		"<https://x.org>":                               `<a href="https://x.org">https://x.org</a>`,
		"https://x.org/?a&b":                            `<a href="https://x.org/?a&amp;b">https://x.org/?a&amp;b</a>`,
		"<me@x.org>":                                    `<a href="mailto:me@x.org">me@x.org</a>`,
		"x <a id='y' onclick='z()'>":                    `x <a id="y">`,
		"x <A\tID = \"y\" id=z title=\"> id='q'\">":     `x <a id="y">`,
		"x <img src='a.svg' alt=\"&quot;b\" onerror=x>": `x <img src="a.svg" alt="&#34;b">`,
		"x <img src='//x.org/a.svg'>":                   `x &lt;img src=&#34;//x.org/a.svg&#34;&gt;`,
		"x <script>alert(1)</script>":                   `x &lt;script&gt;alert(1)&lt;/script&gt;`,
		"<div onclick=x>\n<br/>\n</div>":                "&lt;div onclick=x&gt;\n<br>\n&lt;/div&gt;",
	} {
		got, err := page.Render("a.md", []byte("# T\n\n"+text+"\n"), words)
		if err != nil || !strings.Contains(string(got.HTML), want) {
			t.Errorf("%q: %v, and no %s in %s", text, err, want, got.HTML)
		}
	}
}

func TestATextBeginsWithItsTitleWhateverTheEditorAdds(t *testing.T) {
	got, err := page.Render("a.md", []byte("\ufeff# T\r\n\r\n```go sketch\r\nx\r\n```\r\n"), words)
	if err != nil || got.Title != "T" || strings.Contains(string(got.HTML), "\r") {
		t.Errorf("%v %+v", err, got)
	}
}

func TestColouringKeepsEveryLetter(t *testing.T) {
	for _, code := range []string{"package a\n\nvar s = `a\nb`\n", "$ make\nout\n", "", "\n", "no newline", "…\n"} {
		for _, lang := range []string{"go", "console", "c", "sh", "", "never-heard-of"} {
			if got := stripped(page.Lines(lang, code)); strings.TrimRight(got, "\n") != strings.TrimRight(code, "\n") {
				t.Errorf("%s: %q became %q", lang, code, got)
			}
		}
	}
}

// FuzzFences looks for a block that panics, loses text, or gets a tag of its own through.
func FuzzFences(f *testing.F) {
	f.Add("go", "func main() {}\n")
	f.Add("go loop/conn.go#conn.flush", "…\n")
	f.Add("console seen", "$ nc <host>\n$ \n\n")
	f.Add("mermaid", "sequenceDiagram\n  a->>b: <script>\n")
	f.Add("\"><script>", "</code></pre><script>alert(1)</script>")
	f.Fuzz(func(t *testing.T, info, body string) {
		text := "# T\n\n[`" + info + "`, line 1](x#L1)\n\n```" + info + "\n" + body + "\n```\n\n" + body
		got, err := page.Render("f.md", []byte(text), words)
		if err != nil {
			if _, ok := err.(page.Problems); !ok {
				t.Errorf("%v names no line", err)
			}
			return
		}
		html := strings.ToLower(string(got.HTML))
		for _, tag := range []string{"<script", "<iframe", "<style", "<object", "href=\"javascript:"} {
			if strings.Contains(html, tag) {
				t.Errorf("%s came through: %s", tag, html)
			}
		}
	})
}
