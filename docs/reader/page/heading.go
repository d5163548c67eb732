package page

import (
	"fmt"
	"html"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"onthewire/docs/markdown"
)

// prepare gives each heading its id, and takes the anchor that stands above it for that.
func (d *document) prepare(root ast.Node) {
	for n := root.FirstChild(); n != nil; {
		next := n.NextSibling()
		if h, ok := next.(*ast.Heading); ok {
			if id := markdown.Anchor(n, d.source); id != "" {
				h.SetAttributeString("anchor", id)
				root.RemoveChild(root, n)
			}
		}
		n = next
	}
	ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			d.identify(h)
		}
		return ast.WalkContinue, nil
	})
}

func (d *document) identify(h *ast.Heading) {
	title := d.plain(h)
	slug := d.ids.ID(markdown.Plain(h, d.source))
	id := slug
	if own, ok := h.AttributeString("anchor"); ok {
		id = own.(string)
		if id != slug {
			h.SetAttributeString("slug", slug)
		}
	}
	h.SetAttributeString("id", id)
	switch {
	case h.Level == 1 && d.page.Title == "":
		d.page.Title = title
	case h.Level == 2 || h.Level == 3:
		d.page.Contents = append(d.page.Contents, Heading{h.Level, id, title})
	}
}

func (d *document) heading(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	h := n.(*ast.Heading)
	value, _ := h.AttributeString("id")
	id := html.EscapeString(value.(string))
	switch {
	case entering:
		fmt.Fprintf(w, `<h%d id="%s">`, h.Level, id)
		if slug, ok := h.AttributeString("slug"); ok {
			fmt.Fprintf(w, `<span id="%s"></span>`, html.EscapeString(slug.(string)))
		}
	case h.Level == 1:
		w.WriteString("</h1>\n")
	default:
		label := html.EscapeString(fmt.Sprintf(d.words.Permalink, d.plain(h)))
		fmt.Fprintf(w, ` <a class="permalink" href="#%s" aria-label="%s">#</a></h%d>`+"\n", id, label, h.Level)
	}
	return ast.WalkContinue, nil
}

// sections are the text cut at its headings.
func (d *document) sections(root ast.Node) (all []Section) {
	s := Section{Heading: d.page.Title}
	var words []string
	end := func() {
		s.Text = strings.Join(words, " ")
		all, words = append(all, s), nil
	}
	for n := root.FirstChild(); n != nil; n = n.NextSibling() {
		switch n := n.(type) {
		case *ast.Heading:
			if n.Level == 1 {
				continue
			}
			end()
			id, _ := n.AttributeString("id")
			s = Section{ID: id.(string), Heading: d.plain(n)}
		case *ast.FencedCodeBlock, *ast.CodeBlock:
			words = append(words, string(n.Lines().Value(d.source)))
		case *ast.HTMLBlock:
			words = append(words, markdown.Text(string(n.Lines().Value(d.source))))
		default:
			if d.captionOf(n) == nil {
				words = append(words, d.plain(n))
			}
		}
	}
	end()
	return all
}
