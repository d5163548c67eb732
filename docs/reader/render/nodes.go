package render

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// RegisterFuncs names the nodes that look different here than in plain goldmark.
func (p *page) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, p.renderHeading)
	r.Register(ast.KindLink, p.renderLink)
	r.Register(ast.KindParagraph, p.renderParagraph)
	r.Register(ast.KindImage, p.renderImage)
	r.Register(ast.KindBlockquote, p.renderQuote)
	r.Register(extast.KindTable, p.renderTable)
	r.Register(ast.KindFencedCodeBlock, p.renderFence)
	r.Register(ast.KindCodeBlock, p.renderIndented)
	r.Register(ast.KindHTMLBlock, p.renderHTMLBlock)
	r.Register(ast.KindRawHTML, p.renderRawHTML)
}

func (p *page) renderHeading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Heading)
	if entering {
		fmt.Fprintf(w, "<h%d", n.Level)
		if id, ok := n.Attribute([]byte("id")); ok {
			fmt.Fprintf(w, ` id="%s"`, html.EscapeString(string(id.([]byte))))
		}
		w.WriteString(">")
		return ast.WalkContinue, nil
	}
	if anchor := anchorOf(n); anchor != "" {
		fmt.Fprintf(w, ` <a class="anchor" href="#%s" aria-label="%s">#</a>`,
			html.EscapeString(anchor), html.EscapeString(fmt.Sprintf(p.words.Link, p.plain(n))))
	}
	fmt.Fprintf(w, "</h%d>\n", n.Level)
	return ast.WalkContinue, nil
}

func (p *page) renderLink(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Link)
	if !entering {
		w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	to := Destination(string(n.Destination))
	fmt.Fprintf(w, `<a href="%s"`, html.EscapeString(to))
	if strings.HasPrefix(to, "http:") || strings.HasPrefix(to, "https:") {
		w.WriteString(` rel="noreferrer"`)
	}
	w.WriteString(">")
	return ast.WalkContinue, nil
}

var anchorsOnly = regexp.MustCompile(`^(\s*<a id="[^"]+"></a>)+\s*$`)

// renderParagraph shows no paragraph where there is nothing in it but anchors.
func (p *page) renderParagraph(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	tag := "<p>"
	if !entering {
		tag = "</p>\n"
	}
	if !anchorsOnly.Match(n.Lines().Value(source)) {
		w.WriteString(tag)
	}
	return ast.WalkContinue, nil
}

// renderImage shows a picture of the repository. One from elsewhere would tell elsewhere who
// reads, so it stays its own description.
func (p *page) renderImage(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	n := node.(*ast.Image)
	if entering && isLocal(string(n.Destination)) {
		fmt.Fprintf(w, `<img src="%s" alt="%s">`, html.EscapeString(string(n.Destination)), html.EscapeString(p.plain(n)))
		return ast.WalkSkipChildren, nil
	}
	return ast.WalkContinue, nil
}

func isLocal(to string) bool {
	return !strings.ContainsAny(to, ":\\") && !strings.HasPrefix(to, "//")
}

var lineRange = regexp.MustCompile(`^([^?#]*)#L(\d+)-L(\d+)$`)

// Destination is where a link leads here. #L10-L20 is GitHub's way to name lines, and no
// element has that name. So the server is told which lines to mark.
func Destination(to string) string {
	if scheme, _, ok := strings.Cut(to, ":"); ok && !strings.ContainsAny(scheme, "/#?") &&
		scheme != "http" && scheme != "https" && scheme != "mailto" {
		return "#" // javascript: and its like lead nowhere
	}
	return lineRange.ReplaceAllString(to, "$1?lines=$2-$3#L$2")
}

var alertMark = regexp.MustCompile(`^\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\]\s*`)

// renderQuote shows a quote that begins with [!NOTE] and the like as GitHub's alert.
func (p *page) renderQuote(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	first, _ := n.FirstChild().(*ast.Paragraph)
	kind, _ := n.Attribute(attrLabel)
	if entering && first != nil {
		raw := first.Lines().Value(source)
		if found := alertMark.FindSubmatch(raw); found != nil {
			kind = found[1]
			n.SetAttribute(attrLabel, kind)
			dropMark(first, bytes.Count(found[0], []byte("\n")), len(bytes.TrimRight(found[0], " \n")))
		}
	}
	name, isAlert := kind.([]byte)
	switch {
	case !isAlert && entering:
		w.WriteString("<blockquote>\n")
	case !isAlert:
		w.WriteString("</blockquote>\n")
	case entering:
		fmt.Fprintf(w, `<div class="alert alert-%s" role="note"><p class="alert-title">%s</p>`+"\n",
			strings.ToLower(string(name)), html.EscapeString(p.words.Alerts[string(name)]))
	default:
		w.WriteString("</div>\n")
	}
	return ast.WalkContinue, nil
}

// dropMark removes the inline nodes that the mark has become: some pieces of text.
func dropMark(paragraph ast.Node, _, length int) {
	for n := paragraph.FirstChild(); n != nil && length > 0; n = paragraph.FirstChild() {
		text, ok := n.(*ast.Text)
		if !ok {
			return
		}
		if size := text.Segment.Len(); size > length {
			text.Segment = text.Segment.WithStart(text.Segment.Start + length)
			return
		} else {
			length -= size
		}
		paragraph.RemoveChild(paragraph, n)
	}
}

func (p *page) renderTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		fmt.Fprintf(w, `<div class="table" tabindex="0" role="group" aria-label="%s"><table>`+"\n", html.EscapeString(p.words.ScrollsTables))
	} else {
		w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}
