// Package markdown reads the texts as GitHub does, for those who check them and for those
// who show them.
package markdown

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extensions "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/util"
	"golang.org/x/net/html"
)

// New is goldmark with all that GitHub knows. What is in a text and is not drawn by us,
// Refused tells.
func New(options ...goldmark.Option) goldmark.Markdown {
	return goldmark.New(append(options, goldmark.WithExtensions(
		extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
		extension.Strikethrough, extension.Linkify, extension.TaskList, extension.Footnote))...)
}

// Plain is what a node says without its marks. The words for a picture are not a part of
// what the text around it says.
func Plain(n ast.Node, source []byte) string {
	var b strings.Builder
	ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		switch t := c.(type) {
		case *ast.Text:
			if !entering {
				break
			}
			value := t.Value(source)
			if c.Parent().Kind() != ast.KindCodeSpan {
				value = util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations(value)))
			}
			b.Write(value)
			if t.SoftLineBreak() || t.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.AutoLink:
			if entering {
				b.Write(t.Label(source))
			}
		case *ast.Image:
			if c != n {
				return ast.WalkSkipChildren, nil
			}
		default:
			if c.Type() == ast.TypeBlock && !entering && c != n {
				b.WriteByte(' ')
			}
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// Attributes are the values that these attributes have in a piece of HTML.
func Attributes(text string, names ...string) (values []string) {
	for z := html.NewTokenizer(strings.NewReader(text)); z.Next() != html.ErrorToken; {
		for _, attribute := range z.Token().Attr {
			for _, name := range names {
				if attribute.Key == name {
					values = append(values, attribute.Val)
				}
			}
		}
	}
	return values
}

// Anchor is the id of a paragraph that is nothing but <a id="…"></a>, or nothing.
func Anchor(n ast.Node, source []byte) string {
	if n == nil || n.Kind() != ast.KindParagraph || n.ChildCount() != 2 ||
		n.FirstChild().Kind() != ast.KindRawHTML || n.LastChild().Kind() != ast.KindRawHTML {
		return ""
	}
	raw := n.FirstChild().(*ast.RawHTML).Segments.Value(source)
	if ids := Attributes(string(raw), "id"); len(ids) == 1 && bytes.HasPrefix(raw, []byte("<a")) {
		return ids[0]
	}
	return ""
}

var (
	frontMatter = regexp.MustCompile(`^\x{FEFF}?---[ \t]*\r?\n`)
	inHeading   = regexp.MustCompile(`(?:^|[ (]):[a-z0-9_+-]*[a-z][a-z0-9_+-]*:|\$[^$]+\$`)
)

// Refused calls f for what GitHub would draw otherwise than we do, with its place in the
// text.
func Refused(root ast.Node, source []byte, f func(at int, problem string)) {
	if frontMatter.Match(source) {
		f(0, "GitHub takes what stands between two --- for a table of settings; begin with the title")
	}
	at := 0
	ast.Walk(root, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		if n.Type() == ast.TypeBlock {
			at = max(at, n.Pos())
		}
		switch n.Kind() {
		case extensions.KindTaskCheckBox:
			f(at, "a list with boxes to tick is not drawn here; say what is to be done in words")
		case extensions.KindFootnoteLink:
			f(at, "footnotes are not drawn here; say it in the text")
			return ast.WalkSkipChildren, nil
		case ast.KindHeading:
			if found := inHeading.FindString(Plain(n, source)); found != "" {
				f(at, fmt.Sprintf("GitHub makes a picture of %s in a heading; put it in other words", found))
			}
		}
		return ast.WalkContinue, nil
	})
}

// Text is what a piece of HTML says.
func Text(written string) string {
	var b strings.Builder
	for z := html.NewTokenizer(strings.NewReader(written)); ; {
		switch z.Next() {
		case html.ErrorToken:
			return b.String()
		case html.TextToken:
			b.Write(z.Text())
		default:
			b.WriteByte(' ')
		}
	}
}
