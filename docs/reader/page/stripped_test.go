package page_test

import (
	"html"
	"regexp"
	"strings"
)

var tags = regexp.MustCompile(`<[^>]*>`)

// stripped is the text that coloured lines show.
func stripped(lines []string) string {
	return html.UnescapeString(tags.ReplaceAllString(strings.Join(lines, "\n"), ""))
}
