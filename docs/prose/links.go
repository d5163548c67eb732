package prose

import (
	"fmt"
	"io/fs"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/yuin/goldmark/ast"

	"onthewire/docs/markdown"
)

// A link leads from a document to a file of the repository.
type link struct {
	line     int
	written  string
	file     string // from the root
	fragment string // behind the #
}

// links finds what leads to a file here. Links to elsewhere are nobody's to check.
func (d *document) links() (all []link) {
	add := func(n ast.Node, written string) {
		to, err := url.Parse(written)
		if err != nil {
			to = &url.URL{Path: written} // there will be no such file
		}
		if to.IsAbs() || to.Host != "" {
			return
		}
		file := d.name
		if root, ok := strings.CutPrefix(to.Path, "/"); ok {
			file = path.Clean(root)
		} else if to.Path != "" {
			file = path.Join(path.Dir(d.name), to.Path)
		}
		all = append(all, link{d.line(n), written, file, to.Fragment})
	}
	d.each(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.Link:
			add(n, string(n.Destination))
		case *ast.Image:
			add(n, string(n.Destination))
		case *ast.RawHTML, *ast.HTMLBlock:
			for _, to := range markdown.Attributes(d.html(n), "href", "src", "srcset") {
				add(n, to)
			}
		}
	})
	return all
}

func (p page) html(n ast.Node) string {
	switch n := n.(type) {
	case *ast.RawHTML:
		return string(n.Segments.Value(p.source))
	case *ast.HTMLBlock:
		return p.raw(n)
	}
	return ""
}

func (d *document) checkLinks() {
	for _, l := range d.links() {
		if problem := d.checkLink(l); problem != "" {
			d.problem(l.line, "link %s: %s", l.written, problem)
		}
	}
}

// checkLink says what is wrong with a link, or nothing.
func (d *document) checkLink(l link) string {
	if !fs.ValidPath(l.file) {
		return "it leads out of the repository; paths count from the document's folder"
	}
	info, err := fs.Stat(d.Files, l.file)
	switch {
	case err != nil:
		return fmt.Sprintf("there is no %s; correct the path, it counts from the document's folder", l.file)
	case l.fragment == "":
		return ""
	case info.IsDir():
		l.file += "/README.md" // which GitHub shows
	}
	to := d.page
	if l.file != d.name {
		source, err := fs.ReadFile(d.Files, l.file)
		if err != nil {
			return fmt.Sprintf("there is no %s; remove the #%s", l.file, l.fragment)
		}
		if !strings.HasSuffix(l.file, ".md") {
			return checkLines(l, len(lines(string(source))))
		}
		to = parse(source)
	}
	anchors, slugs := to.anchors()
	inLesson := l.file == d.name && strings.HasPrefix(d.name, "lessons/")
	if slices.Contains(anchors, l.fragment) || !inLesson && slices.Contains(slugs, l.fragment) {
		return ""
	}
	if !inLesson {
		anchors = append(anchors, slugs...)
	}
	return fmt.Sprintf("%s has no anchor %[2]s; write <a id=%[2]q></a> above the place, or lead to one of: %s",
		l.file, l.fragment, strings.Join(anchors, ", "))
}

// checkLines says what is wrong with a link to lines of a file that is no document.
func checkLines(l link, length int) string {
	first, last := 0, 0
	if n, _ := fmt.Sscanf(l.fragment, "L%d-L%d", &first, &last); n == 1 {
		last = first
	}
	if first < 1 || last < first || last > length {
		return fmt.Sprintf("%s has %d lines; lead to some of these, as #L10-L20", l.file, length)
	}
	return ""
}

// anchors are those that a page writes itself, and those that GitHub makes of headings.
func (p page) anchors() (written, slugs []string) {
	var ids markdown.IDs
	p.each(func(n ast.Node) {
		written = append(written, markdown.Attributes(p.html(n), "id", "name")...)
		if heading, ok := n.(*ast.Heading); ok {
			slugs = append(slugs, ids.ID(p.plain(heading)))
		}
	})
	return written, slugs
}
