package render

import (
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

// The tags that a text may write itself, each with its attributes. All else is shown as it
// is written, so that nothing in a text becomes part of our page.
var (
	tag     = regexp.MustCompile(`<(/?)([a-z]+)((?:\s+[a-z]+(?:="[^"<>]*")?)*)\s*/?>|<!--(?s:.*?)-->`)
	attr    = regexp.MustCompile(`([a-z]+)(?:="([^"<>]*)")?`)
	allowed = map[string][]string{
		"a": {"id", "href"}, "details": {"open"}, "summary": nil, "br": nil, "kbd": nil, "sub": nil, "sup": nil,
		"img": {"src", "alt", "width", "height"},
	}
)

func (p *page) renderHTMLBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	block := n.(*ast.HTMLBlock)
	if !entering {
		return ast.WalkContinue, nil
	}
	text := string(block.Lines().Value(source))
	if block.HasClosure() {
		text += string(block.ClosureLine.Value(source))
	}
	w.WriteString(harmless(text))
	return ast.WalkContinue, nil
}

func (p *page) renderRawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		w.WriteString(harmless(string(n.(*ast.RawHTML).Segments.Value(source))))
	}
	return ast.WalkSkipChildren, nil
}

// harmless keeps the allowed tags, drops comments and escapes the rest.
func harmless(text string) string {
	var b strings.Builder
	done := 0
	for _, at := range tag.FindAllStringSubmatchIndex(text, -1) {
		b.WriteString(html.EscapeString(html.UnescapeString(text[done:at[0]])))
		done = at[1]
		if at[4] < 0 {
			continue // a comment
		}
		b.WriteString(one(text[at[0]:at[1]], text[at[2]:at[3]], text[at[4]:at[5]], text[at[6]:at[7]]))
	}
	b.WriteString(html.EscapeString(html.UnescapeString(text[done:])))
	return b.String()
}

func one(written, slash, name, attributes string) string {
	names, ok := allowed[name]
	if !ok {
		return html.EscapeString(written)
	}
	if slash != "" {
		return "</" + name + ">"
	}
	out := "<" + name
	for _, found := range attr.FindAllStringSubmatch(attributes, -1) {
		for _, known := range names {
			if found[1] != known {
				continue
			}
			value := html.UnescapeString(found[2])
			switch known {
			case "href":
				value = Destination(value)
			case "src":
				if !isLocal(value) {
					continue // no picture from elsewhere
				}
			}
			out += " " + known + `="` + html.EscapeString(value) + `"`
		}
	}
	return out + ">"
}
