package page

import (
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"
)

var alertMark = regexp.MustCompile(`^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*$`)

// quote renders a quotation, or one of GitHub's alerts.
func (d *document) quote(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	kind := ""
	if value, ok := n.AttributeString("alert"); ok {
		kind = value.(string)
	} else if entering {
		if kind = d.alert(n); kind != "" {
			n.SetAttributeString("alert", kind)
		}
	}
	switch {
	case kind == "" && entering:
		w.WriteString("<blockquote>\n")
	case kind == "":
		w.WriteString("</blockquote>\n")
	case entering:
		title := map[string]string{"NOTE": d.words.Note, "TIP": d.words.Tip, "IMPORTANT": d.words.Important,
			"WARNING": d.words.Warning, "CAUTION": d.words.Caution}[kind]
		fmt.Fprintf(w, `<div class="alert %s"><p class="alert-title">%s</p>`+"\n", strings.ToLower(kind), html.EscapeString(title))
	default:
		w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

// alert takes the mark from the first line of a quotation, and returns its word.
func (d *document) alert(n ast.Node) string {
	first := n.FirstChild()
	if first == nil || first.Kind() != ast.KindParagraph {
		return ""
	}
	lines := first.Lines()
	line := lines.At(0)
	m := alertMark.FindSubmatch(line.Value(d.source))
	if m == nil {
		return ""
	}
	for c := first.FirstChild(); c != nil; {
		next := c.NextSibling()
		text, ok := c.(*ast.Text)
		first.RemoveChild(first, c)
		if ok && text.SoftLineBreak() || ok && text.HardLineBreak() {
			break
		}
		c = next
	}
	if first.FirstChild() == nil {
		n.RemoveChild(n, first)
	}
	return string(m[1])
}
