package page

import (
	"fmt"
	"html"

	"github.com/yuin/goldmark/ast"
	extension "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
)

func (d *document) table(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		fmt.Fprintf(w, `<div class="scroll table" tabindex="0" role="group" aria-label="%s"><table>`, html.EscapeString(d.words.Table))
	} else {
		w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

func (d *document) cell(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	name := "td"
	if n.Parent().Kind() == extension.KindTableHeader && n.FirstChild() != nil {
		name = "th" // a head without a word is no head
	}
	if !entering {
		fmt.Fprintf(w, "</%s>\n", name)
		return ast.WalkContinue, nil
	}
	if align := n.(*extension.TableCell).Alignment; align != extension.AlignNone {
		fmt.Fprintf(w, `<%s align="%s">`, name, align)
	} else {
		fmt.Fprintf(w, "<%s>", name)
	}
	return ast.WalkContinue, nil
}
