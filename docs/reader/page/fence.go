package page

import (
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/util"

	"onthewire/docs/reader/sequence"
)

// fence renders a block of code under the name of its file.
func (d *document) fence(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var words []string
	if block, ok := n.(*ast.FencedCodeBlock); ok && block.Info != nil {
		words = strings.Fields(string(block.Info.Value(d.source)))
	}
	lang := ""
	if len(words) > 0 {
		lang = words[0]
	}
	body := string(n.Lines().Value(d.source))
	if lang == "mermaid" {
		d.diagram(w, d.line(n), body)
		return ast.WalkSkipChildren, nil
	}
	title := ""
	switch caption := d.captionOf(n.PreviousSibling()); {
	case caption != nil:
		title = fmt.Sprintf(`<a href="%s"><span class="file">%s</span> <span class="lines">%s</span></a>`,
			html.EscapeString(caption.to), html.EscapeString(caption.file), html.EscapeString(caption.lines))
	case slices.Equal(words, []string{"go", "sketch"}):
		title = html.EscapeString(d.words.Sketch)
	case lang == "console" && terminal.MatchString(body):
		w.WriteString(`<div class="terminals">`)
		marks := append(terminal.FindAllStringSubmatchIndex(body, -1), []int{len(body)})
		for i, at := range marks[:len(marks)-1] {
			block(w, lang, html.EscapeString("T"+body[at[2]+1:at[3]]), strings.TrimSpace(body[at[1]:marks[i+1][0]])+"\n")
		}
		w.WriteString("</div>\n")
		return ast.WalkSkipChildren, nil
	}
	block(w, lang, title, body)
	return ast.WalkSkipChildren, nil
}

// terminal is the line of a console that says where to type what follows: # terminal 2.
var terminal = regexp.MustCompile(`(?m)^# (terminals? \d.*)\n`)

func block(w util.BufWriter, lang, title, body string) {
	fmt.Fprintf(w, `<figure class="code" data-lang="%s">`, html.EscapeString(lang))
	if title != "" {
		w.WriteString("<figcaption>" + title + "</figcaption>")
	}
	w.WriteString(`<pre tabindex="0"><code>`)
	for _, line := range Lines(lang, body) {
		w.WriteString(line + "\n")
	}
	w.WriteString("</code></pre></figure>\n")
}

// A caption is the line that leads from an excerpt to its file.
type caption struct{ file, lines, to string }

var captionLine = regexp.MustCompile("^\\[`([^`]+)`, (lines? \\d+(?:–\\d+)?)\\]\\(([^)\\s]*)\\)$")

// captionOf reads a paragraph as the caption of the block below it, if it is one.
func (d *document) captionOf(n ast.Node) *caption {
	if n == nil || n.Kind() != ast.KindParagraph || n.NextSibling() == nil || n.NextSibling().Kind() != ast.KindFencedCodeBlock {
		return nil
	}
	m := captionLine.FindStringSubmatch(strings.TrimSpace(string(n.Lines().Value(d.source))))
	if m == nil {
		return nil
	}
	return &caption{m[1], m[2], m[3]}
}

func (d *document) paragraph(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if d.captionOf(n) != nil {
		return ast.WalkSkipChildren, nil
	}
	aside, ok := n.FirstChild().(*ast.Emphasis)
	switch ok = ok && n.ChildCount() == 1 && aside.Level == 1; {
	case entering && ok: // *Seen on 2026-11-23, Linux 6.18.*
		w.WriteString(`<p class="aside">`)
	case entering:
		w.WriteString("<p>")
	default:
		w.WriteString("</p>\n")
	}
	return ast.WalkContinue, nil
}

// diagram draws an exchange, and tells it as a table to those who hear the page.
func (d *document) diagram(w util.BufWriter, line int, body string) {
	drawing, err := sequence.Parse(body)
	if err != nil {
		if e, ok := errors.AsType[*sequence.Error](err); ok {
			line, err = line+e.Line, errors.New(e.Problem)
		}
		d.problem(line, "this diagram cannot be drawn: %v", err)
		return
	}
	d.diagrams++
	label := html.EscapeString(d.words.Diagram)
	fmt.Fprintf(w, `<figure class="diagram"><div class="scroll" tabindex="0" role="group" aria-label="%s">%s</div>`,
		label, drawing.SVG(fmt.Sprintf("exchange-%d", d.diagrams)))
	fmt.Fprintf(w, `<div class="heard"><table><caption>%s</caption><thead><tr>`, label)
	for _, word := range []string{d.words.Number, d.words.What, d.words.From, d.words.To, d.words.Said} {
		fmt.Fprintf(w, `<th scope="col">%s</th>`, html.EscapeString(word))
	}
	w.WriteString("</tr></thead><tbody>")
	for _, row := range drawing.Rows(sequence.Words{Message: d.words.Message, Own: d.words.Own, Lost: d.words.Lost, Note: d.words.Aside}) {
		fmt.Fprintf(w, "<tr><td>%d</td>", row.Number)
		for _, cell := range []string{row.What, row.From, row.To, row.Text} {
			fmt.Fprintf(w, "<td>%s</td>", html.EscapeString(cell))
		}
		w.WriteString("</tr>")
	}
	w.WriteString("</tbody></table></div>")
	if drawing.Legend() {
		fmt.Fprintf(w, `<figcaption aria-hidden="true"><span class="yours">%s</span><span class="own">%s</span></figcaption>`,
			html.EscapeString(d.words.Message), html.EscapeString(d.words.Own))
	}
	w.WriteString("</figure>\n")
}
