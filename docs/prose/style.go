package prose

import (
	"regexp"
	"strings"

	"github.com/yuin/goldmark/ast"
)

var date = regexp.MustCompile(`^\*Seen on \d{4}-\d{2}-\d{2}.*\*$`)

// generated tells whether a paragraph is the link above an excerpt.
func (p page) generated(n ast.Node) bool {
	return n.Kind() == ast.KindParagraph && linkPattern.MatchString(strings.TrimSpace(p.raw(n)))
}

// checkBlocks demands a sentence between two blocks of code, and a date beside what was
// seen once.
func (d *document) checkBlocks() {
	silent := false // no sentence since the last block
	d.each(func(n ast.Node) {
		switch n.Kind() {
		case ast.KindParagraph, ast.KindTextBlock:
			if _, above := n.NextSibling().(*ast.FencedCodeBlock); d.generated(n) && !above {
				d.problem(d.line(n), "the excerpt below this line is gone; remove the line, too")
			}
			if d.plain(n) != "" && !d.generated(n) && !d.dated(n) {
				silent = false
			}
		case ast.KindHTMLBlock:
			if strings.Contains(d.raw(n), "<summary") {
				silent = false
			}
		case ast.KindFencedCodeBlock, ast.KindCodeBlock:
			if silent {
				d.problem(d.line(n), "no sentence stands between this block and the one above; say why we look at it")
			}
			silent = true
			block, ok := n.(*ast.FencedCodeBlock)
			if ok && d.fence(block).is("console", "seen") && !d.dated(n.PreviousSibling()) && !d.dated(n.NextSibling()) {
				d.problem(d.line(n), "what was seen has no date; add a line *Seen on YYYY-MM-DD, SYSTEM.* under the block")
			}
		}
	})
}

func (d *document) dated(n ast.Node) bool {
	return n != nil && n.Kind() == ast.KindParagraph && date.MatchString(strings.TrimSpace(d.raw(n)))
}

var (
	opaque        = regexp.MustCompile("`[^`]+`|!?\\[[^\\]]*\\]\\([^)]*\\)")
	abbreviations = regexp.MustCompile(`\b(e\.g|i\.e|vs|cf|etc|No|Fig|St|Dr|Mr|Ms|Mrs)\.`)
	secondStart   = regexp.MustCompile(`[.!?][)*_"”’]* +([(*_"“‘]*\p{Lu}.*)`)
)

// checkSentences demands one sentence a line, so that a translation can stand line by line
// beside the original, and a diff shows what has changed.
func (d *document) checkSentences() {
	d.each(func(n ast.Node) {
		if n.Kind() != ast.KindParagraph || n.Parent().Kind() == ast.KindListItem {
			return
		}
		for i, line := range lines(d.raw(n)) {
			line = abbreviations.ReplaceAllString(opaque.ReplaceAllString(line, "X"), "X")
			if second := secondStart.FindStringSubmatch(line); second != nil {
				d.problem(d.line(n)+i, "a second sentence begins at %.20q; give it a line of its own", second[1])
			}
		}
	})
}
