package render

import (
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// kinds are the few differences that help an eye to find its way in code. Each is a class,
// and the page's style gives it a colour in either theme.
func kind(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return "c"
	case t.InCategory(chroma.Keyword):
		return "k"
	case t.InSubCategory(chroma.LiteralNumber):
		return "n"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t == chroma.NameFunction, t == chroma.NameFunctionMagic:
		return "f"
	case t == chroma.NameBuiltin, t == chroma.NameConstant:
		return "b"
	}
	return ""
}

// Highlight is code as HTML, with spans for its kinds of words. A language that nobody
// knows stays plain.
func Highlight(lang, code string) string {
	return strings.Join(HighlightLines(lang, code), "")
}

// HighlightLines is Highlight a line at a time, each with its newline.
func HighlightLines(lang, code string) (lines []string) {
	lexer := lexers.Get(lang)
	if lexer == nil || lang == "" {
		for line := range strings.Lines(code) {
			lines = append(lines, html.EscapeString(line))
		}
		return lines
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return []string{html.EscapeString(code)}
	}
	for _, line := range chroma.SplitTokensIntoLines(tokens.Tokens()) {
		var b strings.Builder
		for _, t := range line {
			text := html.EscapeString(t.Value)
			k := kind(t.Type)
			if k == "" || strings.TrimSpace(t.Value) == "" {
				b.WriteString(text)
				continue
			}
			inner, newline := strings.CutSuffix(text, "\n")
			b.WriteString(`<span class="` + k + `">` + inner + `</span>`)
			if newline {
				b.WriteByte('\n')
			}
		}
		if b.Len() > 0 {
			lines = append(lines, b.String())
		}
	}
	return lines
}
