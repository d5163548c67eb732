package render

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"onthewire/docs/reader/sequence"
)

// renderFence shows a block of code as a figure: where it is from, the code, and a button.
func (p *page) renderFence(w util.BufWriter, source []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	n := node.(*ast.FencedCodeBlock)
	body := string(n.Lines().Value(source))
	var words []string
	if n.Info != nil {
		words = strings.Fields(string(n.Info.Value(source)))
	}
	lang := ""
	if len(words) > 0 {
		lang = words[0]
	}
	switch lang {
	case "mermaid":
		p.diagram(w, n, body)
	case "console":
		p.console(w, body, len(words) > 1 && words[1] == "seen")
	default:
		p.code(w, n, lang, body)
	}
	return ast.WalkSkipChildren, nil
}

func (p *page) renderIndented(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		p.figure(w, "code", "", "", html.EscapeString(string(n.Lines().Value(source))))
	}
	return ast.WalkSkipChildren, nil
}

func (p *page) code(w util.BufWriter, n *ast.FencedCodeBlock, lang, body string) {
	caption := ""
	if file, ok := n.Attribute(attrFile); ok {
		label, _ := n.Attribute(attrLabel)
		to := string(file.([]byte))
		caption = fmt.Sprintf(`<a href="%s">%s</a>`, html.EscapeString(Destination(to)), html.EscapeString(string(label.([]byte))))
		if lines := lineRange.FindStringSubmatch(to); lines != nil {
			caption += fmt.Sprintf(` <span class="lines">%s</span>`, html.EscapeString(fmt.Sprintf(p.words.Lines, lines[2], lines[3])))
		}
	}
	p.figure(w, "code", caption, "", Highlight(lang, body))
}

var prompt = regexp.MustCompile(`^\$ `)

// console shows commands and what they print. The button copies the commands alone.
func (p *page) console(w util.BufWriter, body string, seen bool) {
	var b strings.Builder
	for line := range strings.Lines(body) {
		text, end := strings.CutSuffix(line, "\n")
		if prompt.MatchString(text) {
			fmt.Fprintf(&b, `<span class="prompt">$ </span><kbd>%s</kbd>`, html.EscapeString(text[2:]))
		} else {
			fmt.Fprintf(&b, `<samp>%s</samp>`, html.EscapeString(text))
		}
		if end {
			b.WriteByte('\n')
		}
	}
	caption := ""
	if seen {
		caption = fmt.Sprintf(`<span class="lines">%s</span>`, html.EscapeString(p.words.Seen))
	}
	p.figure(w, "console", caption, "", b.String())
}

func (p *page) figure(w util.BufWriter, class, caption, attributes, body string) {
	fmt.Fprintf(w, `<figure class="%s">`, class)
	if caption != "" {
		fmt.Fprintf(w, "<figcaption>%s</figcaption>", caption)
	}
	fmt.Fprintf(w, `<pre tabindex="0" role="group" aria-label="%s"%s><code>%s</code></pre></figure>`+"\n",
		html.EscapeString(p.words.ScrollsCode), attributes, body)
}

// diagram draws an exchange, with a table of the same for those who do not see it.
func (p *page) diagram(w util.BufWriter, n *ast.FencedCodeBlock, body string) {
	d, err := sequence.Parse(body)
	if wrong, ok := errors.AsType[*sequence.Error](err); ok {
		p.problem(n, wrong.Line, "the diagram: %s", wrong.Problem)
		return
	}
	if err != nil {
		p.problem(n, 0, "the diagram: %v", err)
		return
	}
	p.diagrams++
	fmt.Fprintf(w, `<figure class="diagram"><div class="scrolls" tabindex="0" role="group" aria-label="%s">%s</div>`,
		html.EscapeString(p.words.Diagram), d.SVG(fmt.Sprintf("diagram-%d", p.diagrams)))
	fmt.Fprintf(w, `<table class="visually-hidden"><thead><tr><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th><th scope="col">%s</th></tr></thead><tbody>`,
		p.words.Number, p.words.From, p.words.To, p.words.What)
	for _, row := range d.Rows(sequence.Words{Message: p.words.Message, Lost: p.words.Lost, Note: p.words.Note}) {
		fmt.Fprintf(w, "<tr><td>%d</td><td>%s</td><td>%s</td><td>%s: %s</td></tr>",
			row.Number, html.EscapeString(row.From), html.EscapeString(row.To), html.EscapeString(row.What), html.EscapeString(row.Text))
	}
	w.WriteString("</tbody></table></figure>\n")
}
