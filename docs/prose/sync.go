// Package prose keeps text and code one thing. Whatever a document shows of the code or of
// a program's output is put there by Sync, and whatever it promises is checked.
//
// A document says what it wants in the words behind a fence:
//
//	```go loop/conn.go#conn        a declaration: function, type, constant or variable
//	```go loop/conn.go#conn.flush  a method: its type, a dot, its name
//	```c probe.c                   a whole file
//	```diff loop/eagain.go         what turns its method broken into its twin, fixed
//	```figures echo 100 p99_us     a table of what make bench has written
//	```go sketch                   Go that stands in no file; it must parse
//	```console                     commands, and what a lesson's program answers
//	```console seen                what cannot be run again; an italic line dates it
//
// In a console, a line "# terminal 2" says that what follows is typed in another one. A command
// with nothing below is filled in if it is one that answers and ends, such as try.
//
// A file is named as seen from the folder of the lesson's main.go, elsewhere from the
// document's own folder, and with a leading slash from the root. In a block, a line of
// nothing but … skips lines.
package prose

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// A Repo is what the documents speak of.
type Repo struct {
	Files fs.FS // from the root down

	// Run runs the program of a lesson, and returns what a terminal would show of it and
	// its exit status. Programs makes one that builds and runs the real thing.
	Run func(lesson int, args []string) (output string, status int, err error)
}

// Documents lists what Sync is for: the front page, the lessons' texts and the pages in
// docs.
func (r Repo) Documents() (names []string, err error) {
	pages := regexp.MustCompile(`^(.*/)?README\.md$|^CONTRIBUTING\.md$|^lessons/(.*/)?more/[^/]+\.md$|^docs/[^/]+\.md$`)
	err = fs.WalkDir(r.Files, ".", func(name string, entry fs.DirEntry, err error) error {
		hidden := strings.HasPrefix(path.Base(name), ".") && name != "."
		if err == nil && entry.IsDir() && (hidden || entry.Name() == "testdata") {
			return fs.SkipDir
		}
		if pages.MatchString(name) {
			names = append(names, name)
		}
		return err
	})
	return names, err
}

// Sync returns a document as it has to be: with its excerpts, the links above them and the
// output of its programs as they are now. The error holds a line for each problem, as in
// "README.md:12: what is wrong; what to do". A block that has one is left as it is.
func (r Repo) Sync(name string, markdown []byte) ([]byte, error) {
	d := &document{Repo: r, name: name}
	d.page = parse(d.fill(parse(markdown)))
	d.checkLinks()
	d.checkBlocks()
	d.checkSentences()
	if regexp.MustCompile(`^lessons/\d\d-[^/]+/README\.md$`).MatchString(name) {
		d.checkSpine()
	}
	slices.SortStableFunc(d.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var all []error
	for _, p := range d.problems {
		all = append(all, fmt.Errorf("%s:%d: %s", name, p.line, p.text))
	}
	return d.source, errors.Join(all...)
}

// A document is one while it is being synced.
type document struct {
	Repo
	page
	name     string
	problems []problem
}

type problem struct {
	line int // in the text that Sync returns
	text string
}

func (d *document) problem(line int, format string, args ...any) {
	d.problems = append(d.problems, problem{line, fmt.Sprintf(format, args...)})
}

// fill returns the text with each block filled, and everything between them untouched.
func (d *document) fill(old page) (text []byte) {
	done := 0
	for _, f := range old.fences() {
		text = append(text, old.source[done:f.start]...)
		line := 1 + bytes.Count(text, []byte("\n"))
		link, body, err := d.current(f, line)
		if err == nil && (body != f.body || link != "") && !f.plain {
			err = errors.New("this block cannot be filled in; begin and end it with ``` in the line's first column, outside of any list or quote")
		}
		if err != nil {
			d.problem(line, "%v", err)
			link, body = "", f.body
		}
		if link != "" {
			text = append(withoutLink(text), link+"\n\n"...)
		}
		text = append(text, old.source[f.start:f.inside]...)
		done = f.inside
		if body != f.body {
			text = append(text, body...)
			done = f.end
		}
	}
	return append(text, old.source[done:]...)
}

// current is what a block has to hold now, and the link that has to stand above it.
func (d *document) current(f fence, line int) (link, body string, err error) {
	switch {
	case f.lang() == "console":
		return "", d.console(f, line), nil
	case f.lang() == "diff" && f.file() != "":
		return d.twins(f)
	case f.lang() == "figures":
		body, err := d.figures(f)
		return "", body, err
	case f.file() != "":
		return d.excerpt(f)
	case f.lang() != "go":
		return "", f.body, nil
	case !f.is("go", "sketch"):
		return "", "", errors.New("this Go code names no file; write ```go FILE#NAME, or ```go sketch where it stands in none")
	case !parses(f.body):
		return "", "", errors.New("this sketch does not parse as Go; repair it, … may stand for what is left out")
	}
	return "", f.body, nil
}

// folder is the folder from which a document names files: the nearest above it that
// holds a program.
func (d *document) folder() string {
	for dir := path.Dir(d.name); dir != "."; dir = path.Dir(dir) {
		if _, err := fs.Stat(d.Files, dir+"/main.go"); err == nil {
			return dir
		}
	}
	return path.Dir(d.name)
}
