package prose

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
)

// The limits of a spine, so that it stays an hour.
const (
	maxWords    = 4000
	maxExcerpts = 250
	maxTerms    = 10
	maxCode     = 800
)

func (d *document) checkSpine() {
	limit := func(n, most int, what, todo string) {
		if n > most {
			d.problem(1, "%d %s, and a spine has at most %d; %s", n, what, most, todo)
		}
	}
	limit(d.words(), maxWords, "words", "move a step to more/")
	limit(d.excerpted(), maxExcerpts, "excerpted lines", "show less of them with … lines, or move a step to more/")
	limit(d.terms(), maxTerms, "new terms (in bold)", "leave out those that the next step does not need, or move a step to more/")
	limit(d.code(), maxCode, "lines of code to read", "lead to fewer files, or move a step to more/")
	d.checkAnnexes()
	d.each(func(n ast.Node) {
		if h, ok := n.(*ast.Heading); ok && h.Level == 2 && !anchored.Match(d.source[:h.Pos()]) {
			d.problem(d.line(h), "the step %q has no anchor; write <a id=\"NAME\"></a> on a line above its heading", d.plain(h))
		}
	})
}

var anchored = regexp.MustCompile(`(^|\n)<a id="[^"]+"></a>\n+$`)

// words counts those outside of code blocks.
func (d *document) words() (count int) {
	d.each(func(n ast.Node) {
		if n.Type() != ast.TypeBlock || n.FirstChild() == nil || n.FirstChild().Type() != ast.TypeInline || d.generated(n) {
			return
		}
		for _, word := range strings.Fields(d.plain(n)) {
			if strings.ContainsFunc(word, unicode.IsLetter) || strings.ContainsFunc(word, unicode.IsDigit) {
				count++
			}
		}
	})
	return count
}

func (d *document) excerpted() (n int) {
	for _, f := range d.fences() {
		if f.file() != "" {
			n += len(lines(f.body))
		}
	}
	return n
}

// terms counts the bold phrases: a new term is bold where it first stands.
func (d *document) terms() int {
	terms := map[string]bool{}
	d.each(func(n ast.Node) {
		if bold, ok := n.(*ast.Emphasis); ok && bold.Level == 2 {
			terms[strings.ToLower(d.plain(bold))] = true
		}
	})
	return len(terms)
}

// code counts the lines of the lesson's files to which the spine links. An excerpt has a
// link, too.
func (d *document) code() (n int) {
	counted := map[string]bool{}
	for _, l := range d.links() {
		if counted[l.file] || !strings.HasSuffix(l.file, ".go") || strings.HasSuffix(l.file, "_test.go") {
			continue
		}
		counted[l.file] = true
		source, _ := fs.ReadFile(d.Files, l.file)
		n += len(lines(string(source)))
	}
	return n
}

// checkAnnexes demands one link to each annex: from where the text makes one want it.
func (d *document) checkAnnexes() {
	linked := map[string]int{}
	for _, l := range d.links() {
		linked[l.file]++
		if path.Base(path.Dir(l.file)) == "more" && linked[l.file] == 2 {
			d.problem(l.line, "a second link to the annex %s; keep the one where a reader wants it", l.written)
		}
	}
	annexes, _ := fs.Glob(d.Files, path.Dir(d.name)+"/more/*.md")
	for _, annex := range annexes {
		if linked[annex] == 0 {
			d.problem(1, "no link to the annex more/%s; link it once, where the text makes one want it", path.Base(annex))
		}
	}
}
