package page

import (
	"fmt"
	"html"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// RegisterFuncs says which nodes a document renders by itself.
func (d *document) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindHeading, d.heading)
	r.Register(ast.KindParagraph, d.paragraph)
	r.Register(ast.KindFencedCodeBlock, d.fence)
	r.Register(ast.KindCodeBlock, d.fence)
	r.Register(ast.KindBlockquote, d.quote)
	r.Register(ast.KindHTMLBlock, d.rawHTML)
	r.Register(ast.KindRawHTML, d.rawHTML)
	r.Register(ast.KindImage, d.image)
	r.Register(ast.KindLink, d.link)
	r.Register(extension.KindTable, d.table)
	r.Register(extension.KindTableCell, d.cell)
}

var (
	tag       = regexp.MustCompile(`(?s)<!--.*?-->|</?[a-zA-Z][^<>]*>`)
	element   = regexp.MustCompile(`^<(/?)([a-zA-Z]+)`)
	attribute = regexp.MustCompile(`\s([a-z]+)(?:="([^"]*)")?`)
	allowed   = map[string]string{ // an element, and the attributes that it keeps
		"a": "id", "br": "", "details": "open", "kbd": "", "sub": "", "summary": "", "sup": "",
		"img": "src alt width height",
	}
)

func (d *document) rawHTML(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	switch n := n.(type) {
	case *ast.RawHTML:
		w.WriteString(d.clean(string(n.Segments.Value(d.source)), d.line(n)))
	case *ast.HTMLBlock:
		text := string(n.Lines().Value(d.source))
		if n.HasClosure() {
			text += string(n.ClosureLine.Value(d.source))
		}
		w.WriteString(d.clean(text, d.line(n)))
	}
	return ast.WalkSkipChildren, nil
}

// clean keeps what the texts may say in HTML, and shows the rest as it is written.
func (d *document) clean(text string, line int) string {
	var b strings.Builder
	escape := strings.NewReplacer("<", "&lt;", ">", "&gt;")
	done := 0
	for _, at := range tag.FindAllStringIndex(text, -1) {
		b.WriteString(escape.Replace(text[done:at[0]]))
		b.WriteString(d.element(text[at[0]:at[1]], line+strings.Count(text[:at[0]], "\n")))
		done = at[1]
	}
	return b.String() + escape.Replace(text[done:])
}

func (d *document) element(text string, line int) string {
	if strings.HasPrefix(text, "<!--") {
		return ""
	}
	m := element.FindStringSubmatch(text)
	name := strings.ToLower(m[2])
	keeps, ok := allowed[name]
	if !ok {
		return html.EscapeString(text)
	}
	if name == "details" {
		d.open, d.opened = d.open+1, line
		if m[1] != "" {
			d.open -= 2
		}
		if d.open < 0 {
			d.problem(line, "this </details> closes nothing; remove it")
			d.open = 0
			return ""
		}
	}
	if m[1] != "" {
		return "</" + name + ">"
	}
	out := "<" + name
	for _, a := range attribute.FindAllStringSubmatch(text, -1) {
		if !strings.Contains(" "+keeps+" ", " "+a[1]+" ") {
			continue
		}
		if a[1] == "src" && !picture(a[2]) {
			return html.EscapeString(text)
		}
		out += fmt.Sprintf(` %s="%s"`, a[1], html.EscapeString(html.UnescapeString(a[2])))
	}
	return out + ">"
}

// picture tells whether an address is that of a picture of ours.
func picture(to string) bool {
	u, err := url.Parse(to)
	return err == nil && u.Scheme == "" && u.Host == "" && path.Ext(u.Path) == ".svg"
}

func (d *document) image(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	image := n.(*ast.Image)
	to := string(image.Destination)
	if picture(to) {
		fmt.Fprintf(w, `<img src="%s" alt="%s">`, html.EscapeString(to), html.EscapeString(d.plain(n)))
	} else {
		w.WriteString(html.EscapeString(d.plain(n)))
	}
	return ast.WalkSkipChildren, nil
}

func (d *document) link(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		w.WriteString("</a>")
		return ast.WalkContinue, nil
	}
	to := n.(*ast.Link).Destination
	if html := string(to); strings.Contains(html, ":") && !strings.HasPrefix(html, "https://") && !strings.HasPrefix(html, "http://") {
		to = nil // javascript: and its like
	}
	fmt.Fprintf(w, `<a href="%s">`, util.EscapeHTML(util.URLEscape(to, true)))
	return ast.WalkContinue, nil
}
