package prose

import (
	"bytes"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"onthewire/docs/markdown"
)

// A page is a document and its tree.
type page struct {
	source []byte
	root   ast.Node
}

func parse(source []byte) page {
	return page{source, markdown.New().Parser().Parse(text.NewReader(source))}
}

// each calls f for every node, in the order of the text.
func (p page) each(f func(ast.Node)) {
	ast.Walk(p.root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			f(n)
		}
		return ast.WalkContinue, nil
	})
}

// line is the number of the line on which a node begins.
func (p page) line(n ast.Node) int {
	return 1 + bytes.Count(p.source[:max(n.Pos(), 0)], []byte("\n"))
}

// raw is a block as it is written.
func (p page) raw(n ast.Node) string {
	return string(n.Lines().Value(p.source))
}

// plain is a node's text without its marks.
func (p page) plain(n ast.Node) string { return markdown.Plain(n, p.source) }

// A fence is a fenced block: the words behind its opening mark, and the body between the
// marks.
type fence struct {
	start, inside, end int // offsets: of the opening line, of the body, behind the body
	words              []string
	body               string
	plain              bool // it begins and ends in the first column
}

func (p page) fences() (all []fence) {
	p.each(func(n ast.Node) {
		if block, ok := n.(*ast.FencedCodeBlock); ok {
			all = append(all, p.fence(block))
		}
	})
	return all
}

func (p page) fence(block *ast.FencedCodeBlock) fence {
	f := fence{start: 1 + bytes.LastIndexByte(p.source[:block.Pos()], '\n'), body: p.raw(block)}
	if block.Info != nil {
		f.words = strings.Fields(string(block.Info.Value(p.source)))
	}
	f.inside = len(p.source)
	if i := bytes.IndexByte(p.source[f.start:], '\n'); i >= 0 {
		f.inside = f.start + i + 1
	}
	f.end = min(f.inside+len(f.body), len(p.source))
	mark := []byte("```")
	f.plain = bytes.HasPrefix(p.source[f.start:], mark) && bytes.HasPrefix(p.source[f.end:], mark)
	return f
}

func (f fence) lang() string {
	if len(f.words) == 0 {
		return ""
	}
	return f.words[0]
}

func (f fence) is(words ...string) bool { return slices.Equal(f.words, words) }

// file is what the fence says that it excerpts, FILE or FILE#NAME, or nothing.
func (f fence) file() string {
	if len(f.words) < 2 || f.lang() == "console" || f.is("go", "sketch") {
		return ""
	}
	return f.words[1]
}

// lines are the lines of a text that ends with a newline, or need not.
func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}
