// Package render makes HTML of the repository's texts: the same Markdown that GitHub shows,
// with what our fences say about themselves.
//
// Read it in this order: render.go (a text becomes a page), tree.go (what is changed in the
// parsed text), nodes.go (the plain elements), fence.go and code.go (blocks of code),
// html.go (the few tags that a text may write itself).
package render

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// A Page is a text as HTML.
type Page struct {
	Title    string // of its first heading
	Lead     string // its first paragraph, without marks
	HTML     string
	Contents []Heading // those of the second and third level
	Sections []Section
}

// A Heading is a line of the contents.
type Heading struct {
	Level  int
	Anchor string
	Text   string
}

// A Section is a heading and the plain text below it, for the search.
type Section struct {
	Anchor, Heading, Text string
}

// Words are those that the renderer adds to a text, in its reader's language.
type Words struct {
	Copy, Lines, Seen, Diagram       string
	Number, From, To, What           string
	Message, Lost, Note              string
	Alerts                           map[string]string // by GitHub's names, such as NOTE
	Link, ScrollsCode, ScrollsTables string
}

// Markdown renders one text. name is its path from the root. Each line of the error names a
// place, as in "docs/lab.md:12: …", and what is wrong there.
func Markdown(name string, source []byte, words *Words) (*Page, error) {
	p := &page{name: name, source: source, words: words, ids: map[string]bool{}}
	md := goldmark.New(
		goldmark.WithExtensions(extension.GFM),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(p, 500))),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(p, 100))),
	)
	root := md.Parser().Parse(text.NewReader(source))
	var html bytes.Buffer
	if err := md.Renderer().Render(&html, source, root); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(p.problems) > 0 {
		return nil, errors.Join(p.problems...)
	}
	p.out.HTML = html.String()
	p.sections(root)
	return &p.out, nil
}

// A page is a text while it is rendered.
type page struct {
	name     string
	source   []byte
	words    *Words
	ids      map[string]bool // taken anchors
	diagrams int
	problems []error
	out      Page
}

func (p *page) problem(n ast.Node, offset int, format string, args ...any) {
	line := 1 + bytes.Count(p.source[:max(n.Pos(), 0)], []byte("\n")) + offset
	p.problems = append(p.problems, fmt.Errorf("%s:%d: %s", p.name, line, fmt.Sprintf(format, args...)))
}

// plain is a node's text without its marks.
func (p *page) plain(n ast.Node) string {
	var b strings.Builder
	ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(p.source))
				if n.SoftLineBreak() || n.HardLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// sections cuts the text at its headings.
func (p *page) sections(root ast.Node) {
	now := Section{Heading: p.out.Title}
	end := func() {
		now.Text = strings.Join(strings.Fields(now.Text), " ")
		if now.Text != "" || now.Anchor != "" {
			p.out.Sections = append(p.out.Sections, now)
		}
	}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level > 1 {
				end()
				now = Section{Anchor: anchorOf(n), Heading: p.plain(n)}
			}
		case *ast.FencedCodeBlock, *ast.HTMLBlock:
			// Code has hits of its own, the declarations.
		default:
			now.Text += p.plain(n) + " "
		}
	}
	end()
}
