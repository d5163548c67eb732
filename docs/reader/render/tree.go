package render

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// Names of attributes that the transformer leaves for the renderer.
var (
	attrAnchor = []byte("anchor") // of a heading: where links to it lead
	attrFile   = []byte("file")   // of a block of code: where it is from
	attrLabel  = []byte("label")
)

// Transform prepares the tree: headings get their anchors, blocks of code the link that
// stands above them.
func (p *page) Transform(root *ast.Document, reader text.Reader, _ parser.Context) {
	p.collectIDs(root)
	var links []ast.Node
	ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			p.heading(n)
		case *ast.Paragraph:
			if p.out.Lead == "" && n.Parent() == root {
				p.out.Lead = p.plain(n)
			}
		case *ast.FencedCodeBlock:
			if link := p.linkAbove(n); link != nil {
				links = append(links, link)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, link := range links { // it has become the block's own heading
		link.Parent().RemoveChild(link.Parent(), link)
	}
}

var writtenID = regexp.MustCompile(`<a id="([^"]+)"></a>`)

func (p *page) collectIDs(root ast.Node) {
	for _, found := range writtenID.FindAllSubmatch(p.source, -1) {
		p.ids[string(found[1])] = true
	}
}

// heading finds the anchor: one that the text writes above it, or one made of its words as
// GitHub does.
func (p *page) heading(n *ast.Heading) {
	text := p.plain(n)
	if n.Level == 1 {
		if p.out.Title == "" {
			p.out.Title = text
		}
		return
	}
	anchor := ""
	if above := n.PreviousSibling(); above != nil {
		if found := writtenID.FindSubmatch(p.raw(above)); found != nil {
			anchor = string(found[1])
		}
	}
	slug := slug(text)
	for base, i := slug, 1; p.ids[slug]; i++ {
		slug = fmt.Sprintf("%s-%d", base, i)
	}
	p.ids[slug] = true
	n.SetAttribute([]byte("id"), []byte(slug))
	if anchor == "" {
		anchor = slug
	}
	n.SetAttribute(attrAnchor, []byte(anchor))
	if n.Level <= 3 && n.Parent().Kind() == ast.KindDocument {
		p.out.Contents = append(p.out.Contents, Heading{n.Level, anchor, text})
	}
}

func anchorOf(n *ast.Heading) string {
	if anchor, ok := n.Attribute(attrAnchor); ok {
		return string(anchor.([]byte))
	}
	return ""
}

func (p *page) raw(n ast.Node) []byte {
	switch n := n.(type) {
	case *ast.HTMLBlock:
		return n.Lines().Value(p.source)
	case *ast.Paragraph:
		return n.Lines().Value(p.source)
	}
	return nil
}

var sourceLink = regexp.MustCompile("^\\[`([^`]+)`(, lines? [0-9–-]+)?\\]\\(([^)]+)\\)$")

// linkAbove is the paragraph that says where a block of code is from.
func (p *page) linkAbove(block *ast.FencedCodeBlock) ast.Node {
	above, ok := block.PreviousSibling().(*ast.Paragraph)
	if !ok {
		return nil
	}
	found := sourceLink.FindSubmatch(bytes.TrimSpace(p.raw(above)))
	if found == nil {
		return nil
	}
	block.SetAttribute(attrFile, found[3])
	block.SetAttribute(attrLabel, found[1])
	return above
}

func slug(heading string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ':
			return '-'
		case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r):
			return unicode.ToLower(r)
		}
		return -1
	}, heading)
}
