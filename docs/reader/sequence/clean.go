package sequence

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	lineBreak = regexp.MustCompile(`(?i)\s*<br\s*/?>\s*`)
	wrapping  = regexp.MustCompile(`(?i)^:?(no)?wrap:`)
	entity    = regexp.MustCompile(`#[0-9]{1,6};`) // mermaid's way to write a ; inside a text
)

// clean returns a text as the reader is to see it. It refuses what mermaid would cut off,
// since the same text is drawn on GitHub, and what an SVG cannot hold.
func clean(text string) (string, error) {
	text = strings.Join(strings.Fields(text), " ")
	if wrapping.MatchString(text) {
		return "", fmt.Errorf("%s: mermaid takes wrap: for a setting; begin with another word", quote(text))
	}
	if strings.ContainsAny(entity.ReplaceAllString(text, ""), "#;") {
		return "", fmt.Errorf("%s: mermaid ends a text at ; and #; write #59; or #35;", quote(text))
	}
	text = lineBreak.ReplaceAllString(text, "\n")
	text = entity.ReplaceAllStringFunc(text, func(e string) string {
		code, _ := strconv.Atoi(e[1 : len(e)-1])
		return string(rune(code)) // what is no character becomes U+FFFD
	})
	if utf8.RuneCountInString(text) > maxText {
		return "", fmt.Errorf("%s: a text has at most %d characters", quote(text), maxText)
	}
	for _, r := range text {
		if r != '\n' && (unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF) {
			return "", fmt.Errorf("%s: the character %U cannot be drawn", quote(text), r)
		}
	}
	return strings.TrimSpace(text), nil
}

// quote keeps an error on one line of a terminal, whatever the text was.
func quote(text string) string {
	if utf8.RuneCountInString(text) > 40 {
		text = string([]rune(text)[:40]) + "…"
	}
	return strconv.Quote(text)
}
