package checkout

import (
	"path"
	"regexp"
	"slices"
	"strings"
)

// A Book is the pages in their order: the front page, each lesson with its annexes and its
// exercises, the pages beside the lessons, and what somebody has to know who wants to add to it.
type Book struct {
	Front   []string
	Lessons []Lesson
	Beside  []string
}

// A Lesson is a folder in lessons.
type Lesson struct {
	Number    string // 01
	Spine     string // lessons/01-event-loop/README.md
	Annexes   []string
	Exercises string // nothing where there are none yet
}

var (
	spine = regexp.MustCompile(`^(lessons/(\d\d)-[^/]+)/README\.md$`)
	annex = regexp.MustCompile(`^(lessons/\d\d-[^/]+)/more/[^/]+\.md$`)
)

// Book finds the pages by looking for them. Those in another language are not in it: each
// stands behind its original.
func (c *Checkout) Book() (b Book) {
	files := c.Files()
	has := map[string]bool{}
	annexes := map[string][]string{}
	for _, file := range files {
		has[file.Name] = true
		if m := annex.FindStringSubmatch(file.Name); m != nil && !translated(file.Name) {
			annexes[m[1]] = append(annexes[m[1]], file.Name)
		}
	}
	for _, file := range files {
		name := file.Name
		switch m := spine.FindStringSubmatch(name); {
		case m != nil:
			lesson := Lesson{Number: m[2], Spine: name, Annexes: c.order(name, annexes[m[1]])}
			if exercises := m[1] + "/exercises/README.md"; has[exercises] {
				lesson.Exercises = exercises
			}
			b.Lessons = append(b.Lessons, lesson)
		case name == "README.md":
			b.Front = append(b.Front, name)
		case path.Dir(name) == "docs" && path.Ext(name) == ".md" && !translated(name):
			b.Beside = append(b.Beside, name)
		}
	}
	if has["CONTRIBUTING.md"] {
		b.Beside = append(b.Beside, "CONTRIBUTING.md")
	}
	return b
}

// order sorts annexes as the spine names them.
func (c *Checkout) order(spine string, annexes []string) []string {
	text, _ := c.Read(spine)
	at := func(name string) int {
		i := strings.Index(string(text), "(more/"+path.Base(name))
		if i < 0 {
			return len(text)
		}
		return i
	}
	slices.SortStableFunc(annexes, func(a, b string) int { return at(a) - at(b) })
	return annexes
}

// Pages are all of them, as one would turn them.
func (b Book) Pages() (all []string) {
	all = slices.Clone(b.Front)
	for _, lesson := range b.Lessons {
		all = append(all, lesson.Pages()...)
	}
	return append(all, b.Beside...)
}

// Pages are the spine, the annexes and the exercises.
func (l Lesson) Pages() []string {
	all := append([]string{l.Spine}, l.Annexes...)
	if l.Exercises != "" {
		all = append(all, l.Exercises)
	}
	return all
}

func translated(name string) bool { return Original(name) != name }

// Original is the page in English.
func Original(name string) string { return strings.Replace(name, ".zh-CN.md", ".md", 1) }

// Lang is the language of a page.
func Lang(name string) string {
	if translated(name) {
		return "zh-CN"
	}
	return "en"
}
