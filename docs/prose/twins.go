package prose

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
)

// twins returns what turns the method broken of a file into its twin, fixed, as diff(1) writes
// it, and the link that stands above. A line … stands for those that both have.
func (d *document) twins(f fence) (link, body string, err error) {
	file := path.Join(d.folder(), f.file())
	source, err := fs.ReadFile(d.Files, file)
	if err != nil {
		return "", "", fmt.Errorf("there is no file %s; name it from %s", f.file(), d.folder())
	}
	broken, fixed, err := methods(source)
	if err != nil {
		return "", "", fmt.Errorf("%s: %w", f.file(), err)
	}
	text := strings.SplitAfter(string(source), "\n")
	of := func(s span) []byte { return []byte(strings.Join(text[s.from-1:s.to], "")) }
	to, err := filepath.Rel(path.Dir(d.name), file)
	return linkLine(f.file(), filepath.ToSlash(to), broken.from, fixed.to), changes(of(broken), of(fixed)), err
}

// A span is a declaration without its comment, by its lines.
type span struct{ from, to int }

// methods finds the two, of one type.
func methods(source []byte) (broken, fixed span, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.SkipObjectResolution)
	if err != nil {
		return broken, fixed, fmt.Errorf("it does not parse: %w", err)
	}
	found := map[string]span{}
	for _, decl := range file.Decls {
		if method, ok := decl.(*ast.FuncDecl); ok && method.Recv != nil {
			all, _ := names(method, source)
			found[all[0]] = span{fset.Position(method.Pos()).Line, fset.Position(method.End()).Line}
		}
	}
	for name, broken := range found {
		typ, method, _ := strings.Cut(name, ".")
		if fixed, ok := found[typ+".fixed"]; ok && method == "broken" {
			return broken, fixed, nil
		}
	}
	return broken, fixed, fmt.Errorf("no type of it has two methods, broken and fixed")
}

// changes are the lines that differ, with some around them.
func changes(old, new []byte) string {
	var b strings.Builder
	next := 0 // the line of broken that stands behind the last hunk
	for i, line := range lines(string(diff.Diff("broken", old, "fixed", new))) {
		switch hunk := strings.HasPrefix(line, "@@"); {
		case hunk:
			var from, n int
			fmt.Sscanf(line, "@@ -%d,%d", &from, &n)
			if i > 3 && from > next {
				b.WriteString("…\n")
			}
			next = from + n
		case i > 3:
			b.WriteString(line + "\n")
		}
	}
	return b.String()
}
