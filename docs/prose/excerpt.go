package prose

import (
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// excerpt returns what the file that a fence names has to say now, and the link that
// stands above it, since GitHub does not show the words behind a fence.
func (d *document) excerpt(f fence) (link, body string, err error) {
	label, name, declared := strings.Cut(f.file(), "#")
	file := path.Join(d.folder(), label)
	if root, ok := strings.CutPrefix(label, "/"); ok {
		label, file = root, root
	}
	source, err := fs.ReadFile(d.Files, file)
	if err != nil {
		return "", "", fmt.Errorf("there is no file %s; name it from %s, or with a leading / from the root", label, d.folder())
	}
	now, before := lines(string(source)), 0
	if declared {
		from, to, err := declaration(source, name)
		if err != nil {
			return "", "", fmt.Errorf("%s: %w", label, err)
		}
		now, before = now[from-1:to], from-1
	}
	shown, first, last, err := refill(lines(f.body), now, spaced)
	if err == nil && first < 0 {
		err = errors.New("the block shows no line of")
	}
	if err != nil {
		return "", "", fmt.Errorf("%w %s; copy a line that is, or remove every … line to get all of it", err, f.file())
	}
	to, err := filepath.Rel(path.Dir(d.name), file)
	return linkLine(label, filepath.ToSlash(to), before+first+1, before+last+1), joined(shown), err
}

var linkPattern = regexp.MustCompile("^\\[`[^`]+`, lines? \\d+(–\\d+)?\\]\\([^)]*\\)$")

func linkLine(label, to string, first, last int) string {
	if first == last {
		return fmt.Sprintf("[`%s`, line %d](%s#L%d)", label, first, to, first)
	}
	return fmt.Sprintf("[`%s`, lines %d–%d](%s#L%d-L%d)", label, first, last, to, first, last)
}

// withoutLink is the text above an excerpt up to an empty line, without an earlier link.
func withoutLink(text []byte) []byte {
	above := strings.TrimRight(string(text), "\n")
	i := strings.LastIndexByte(above, '\n') + 1
	if linkPattern.MatchString(above[i:]) {
		above = strings.TrimRight(above[:i], "\n")
	}
	if above == "" {
		return nil
	}
	return []byte(above + "\n\n")
}

// parses tells whether a sketch is Go: a file, declarations or statements.
func parses(sketch string) bool {
	sketch = strings.ReplaceAll(sketch, "…", "")
	for _, frame := range []string{"%s", "package p\n%s", "package p\nfunc _() {\n%s\n}"} {
		if _, err := parser.ParseFile(token.NewFileSet(), "", fmt.Sprintf(frame, sketch), parser.SkipObjectResolution); err == nil {
			return true
		}
	}
	return false
}
