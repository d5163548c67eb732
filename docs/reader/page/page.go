// Package page turns the repository's markdown into HTML. What GitHub shows of a text
// comes out alike; what it does not draw well, such as excerpts and consoles, better.
package page

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"onthewire/docs/markdown"
)

// A Page is a text, rendered.
type Page struct {
	Title    string
	HTML     template.HTML
	Lead     template.HTML // what stands between the title and the first heading
	Contents []Heading
	Sections []Section
}

// A Heading is a line of the contents.
type Heading struct {
	Level    int
	ID, Text string
}

// A Section is what search leads to: a heading, and the words below it.
type Section struct{ ID, Heading, Text string }

// Words are those that a page shows without being told to by its text.
type Words struct {
	Note, Tip, Important, Warning, Caution string
	Sketch, Diagram, Table, Permalink      string
	Message, Own, Lost, Aside              string
	From, To, What, Said, Number           string
}

// Problems are what cannot be rendered, a line for each: name:12: what is wrong.
type Problems []error

func (p Problems) Error() string { return errors.Join(p...).Error() }

var newlines = regexp.MustCompile(`\r\n?`)

// Render renders a text. The name, its path from the root, is for the problems.
func Render(name string, source []byte, words Words) (*Page, error) {
	if !utf8.Valid(source) {
		good := bytes.ToValidUTF8(source, nil)
		at := 0
		for at < len(good) && good[at] == source[at] {
			at++
		}
		line := 1 + bytes.Count(source[:at], []byte("\n"))
		return nil, Problems{fmt.Errorf("%s:%d: this is not UTF-8; save the file as UTF-8", name, line)}
	}
	source = newlines.ReplaceAll(bytes.TrimPrefix(source, []byte("\ufeff")), []byte("\n"))
	d := &document{name: name, source: source, words: words}
	md := markdown.New(goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(d, 100))))
	root := md.Parser().Parse(text.NewReader(source))
	markdown.Refused(root, source, func(at int, problem string) {
		d.problem(1+bytes.Count(source[:at], []byte("\n")), "%s", problem)
	})
	d.prepare(root)
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, source, root); err != nil {
		return nil, err
	}
	if d.open != 0 {
		d.problem(d.opened, "a <details> and a </details> are not a pair; write both")
	}
	if d.problems != nil {
		return nil, d.problems
	}
	d.page.HTML = template.HTML(out.String())
	_, lead, _ := strings.Cut(out.String(), "</h1>\n")
	lead, _, _ = strings.Cut(lead, "<h2")
	d.page.Lead = template.HTML(lead)
	d.page.Sections = d.sections(root)
	return &d.page, nil
}

// A document is a page while it is rendered.
type document struct {
	name         string
	source       []byte
	words        Words
	page         Page
	problems     Problems
	ids          markdown.IDs
	diagrams     int
	open, opened int // details that are open, and the line of the last
}

func (d *document) problem(line int, format string, args ...any) {
	d.problems = append(d.problems, fmt.Errorf("%s:%d: %s", d.name, line, fmt.Sprintf(format, args...)))
}

func (d *document) line(n ast.Node) int {
	return 1 + bytes.Count(d.source[:max(n.Pos(), 0)], []byte("\n"))
}

// plain is a node's text without its marks.
func (d *document) plain(n ast.Node) string {
	return strings.TrimSpace(markdown.Plain(n, d.source))
}
