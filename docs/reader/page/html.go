package page

import (
	"fmt"
	"html"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
	tokens "golang.org/x/net/html"
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
	r.Register(ast.KindAutoLink, d.autoLink)
	r.Register(extension.KindTable, d.table)
	r.Register(extension.KindTableCell, d.cell)
}

// allowed are the elements that the texts may write, and the attributes that these keep.
var allowed = map[string]string{
	"a": "id", "br": "", "details": "open", "kbd": "", "sub": "", "summary": "", "sup": "",
	"img": "src alt width height",
}

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

var escape = strings.NewReplacer("<", "&lt;", ">", "&gt;")

// clean keeps what the texts may say in HTML, and shows the rest as it is written.
func (d *document) clean(text string, line int) string {
	var b strings.Builder
	z := tokens.NewTokenizer(strings.NewReader(text))
	for {
		kind := z.Next()
		raw := string(z.Raw())
		switch token := z.Token(); kind {
		case tokens.CommentToken:
		case tokens.StartTagToken, tokens.SelfClosingTagToken, tokens.EndTagToken:
			if keeps, ok := allowed[token.Data]; ok {
				b.WriteString(d.element(token, keeps, line))
				break
			}
			fallthrough
		default:
			b.WriteString(escape.Replace(raw))
		case tokens.ErrorToken:
			return b.String() + escape.Replace(raw)
		}
		line += strings.Count(raw, "\n")
	}
}

func (d *document) element(token tokens.Token, keeps string, line int) string {
	end := token.Type == tokens.EndTagToken
	if token.Data == "details" {
		d.open, d.opened = d.open+1, line
		if end {
			d.open -= 2
		}
		if d.open < 0 {
			d.problem(line, "this </details> closes nothing; remove it")
			d.open = 0
			return ""
		}
	}
	if end {
		return "</" + token.Data + ">"
	}
	out := "<" + token.Data
	for _, a := range token.Attr {
		if a.Key == "src" && !picture(a.Val) {
			return html.EscapeString(token.String())
		}
		if slices.Contains(strings.Fields(keeps), a.Key) {
			out += fmt.Sprintf(` %s="%s"`, a.Key, html.EscapeString(a.Val))
		}
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
	fmt.Fprintf(w, `<a href="%s">`, html.EscapeString(target(n.(*ast.Link).Destination)))
	return ast.WalkContinue, nil
}

func (d *document) autoLink(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if link := n.(*ast.AutoLink); entering {
		to := link.URL(d.source)
		if link.AutoLinkType == ast.AutoLinkEmail {
			to = append([]byte("mailto:"), to...)
		}
		fmt.Fprintf(w, `<a href="%s">%s</a>`, html.EscapeString(target(to)), html.EscapeString(string(link.Label(d.source))))
	}
	return ast.WalkContinue, nil
}

// target is where a link leads, or nowhere: to a page and to a mailbox, but never to
// javascript: or its like, however that is written.
func target(written []byte) string {
	to := string(util.URLEscape(written, true)) // which resolves entities as well
	u, err := url.Parse(to)
	if err != nil || !slices.Contains([]string{"", "http", "https", "mailto"}, u.Scheme) {
		return ""
	}
	return to
}
