package page

import (
	"html"
	"strings"

	"github.com/alecthomas/chroma/v2"
	"github.com/alecthomas/chroma/v2/lexers"
)

// Lines colours code: HTML for each line, with classes for the few kinds of tokens that
// help a reader. Everything else is ink.
func Lines(lang, code string) []string {
	if lang == "console" {
		return console(code)
	}
	lexer := lexers.Get(lang)
	if lexer == nil || lang == "" {
		lexer = lexers.Fallback
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(&chroma.TokeniseOptions{State: "root"}, code)
	if err != nil {
		tokens = chroma.Literator(chroma.Token{Type: chroma.Text, Value: code})
	}
	var lines []string
	var line strings.Builder
	for _, token := range tokens.Tokens() {
		class := class(token.Type)
		for i, part := range strings.Split(token.Value, "\n") {
			if i > 0 {
				lines = append(lines, line.String())
				line.Reset()
			}
			span(&line, class, part)
		}
	}
	if line.Len() > 0 {
		lines = append(lines, line.String())
	}
	for i := range lines {
		if strings.TrimSpace(lines[i]) == "…" {
			lines[i] = `<span class="gap">` + lines[i] + `</span>`
		}
	}
	return lines
}

// Language is the name that chroma has for a file's language.
func Language(file string) string {
	if lexer := lexers.Match(file); lexer != nil {
		return lexer.Config().Name
	}
	return ""
}

func span(b *strings.Builder, class, text string) {
	text = html.EscapeString(text)
	if class == "" || strings.TrimSpace(text) == "" {
		b.WriteString(text)
		return
	}
	b.WriteString(`<span class="` + class + `">` + text + `</span>`)
}

func class(t chroma.TokenType) string {
	switch {
	case t.InCategory(chroma.Comment):
		return "c"
	case t == chroma.KeywordType || t == chroma.NameBuiltin:
		return "t"
	case t.InCategory(chroma.Keyword):
		return "k"
	case t.InSubCategory(chroma.LiteralString):
		return "s"
	case t.InSubCategory(chroma.LiteralNumber) || t == chroma.KeywordConstant:
		return "m"
	case t == chroma.NameFunction:
		return "f"
	case t == chroma.GenericDeleted:
		return "del"
	case t == chroma.GenericInserted:
		return "ins"
	}
	return ""
}

// console sets commands apart from what they print.
func console(code string) (lines []string) {
	for line := range strings.Lines(code) {
		line = strings.TrimSuffix(line, "\n")
		command, ok := strings.CutPrefix(line, "$ ")
		var b strings.Builder
		if ok {
			span(&b, "prompt", "$")
			b.WriteString(" ")
			span(&b, "command", command)
		} else {
			span(&b, "", line)
		}
		lines = append(lines, b.String())
	}
	return lines
}
