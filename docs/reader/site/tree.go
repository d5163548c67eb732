package site

import (
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
)

// nameOf is the name of the file that a path of the site stands for. Only what belongs to
// the texts has one: the front page, the licence, the lessons and the docs, and nothing
// whose name begins with a dot.
func nameOf(urlPath string) (name string, ok bool) {
	name = strings.Trim(urlPath, "/")
	if !fs.ValidPath(name) || strings.ContainsAny(name, "\\\x00") {
		return "", false
	}
	for part := range strings.SplitSeq(name, "/") {
		if strings.HasPrefix(part, ".") {
			return "", false
		}
	}
	top, _, inside := strings.Cut(name, "/")
	switch top {
	case "lessons", "docs":
		return name, true
	case "README.md", "README.zh-CN.md", "LICENSE", "Makefile", "go.mod":
		return name, !inside
	}
	return "", false
}

func isText(name string) bool    { return strings.HasSuffix(name, ".md") }
func isPicture(name string) bool { return strings.HasSuffix(name, ".svg") }

var textNames = regexp.MustCompile(`^README(\.zh-CN)?\.md$|^docs/[^/]+\.md$|^lessons/[0-9][0-9]-[^/]+/(README(\.zh-CN)?|more/[^/]+|exercises/README)\.md$`)

// texts lists the texts in the order in which one reads them: the front page, each lesson
// with its exercises and annexes, then the pages beside the lessons.
func (s *Site) texts() (names []string) {
	s.walk(func(name string) {
		if textNames.MatchString(name) {
			names = append(names, name)
		}
	})
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(rank(a), rank(b)) })
	return names
}

// rank makes the order of names the order of reading.
func rank(name string) string {
	dir, base := path.Split(name)
	switch {
	case dir == "":
		return "0" + base
	case strings.HasPrefix(dir, "docs/"):
		return "2" + name
	case strings.HasSuffix(dir, "/more/"):
		return "1" + path.Dir(path.Dir(dir)) + "/1" + base
	case strings.HasSuffix(dir, "/exercises/"):
		return "1" + path.Dir(path.Dir(dir)) + "/2" + base
	}
	return "1" + strings.TrimSuffix(dir, "/") + "/0" + base
}

// sources lists the files of code, tests last.
func (s *Site) sources() (names []string) {
	s.walk(func(name string) {
		if strings.HasSuffix(name, ".go") && !strings.Contains(name, "/testdata/") {
			names = append(names, name)
		}
	})
	slices.SortStableFunc(names, func(a, b string) int {
		return boolToInt(strings.HasSuffix(a, "_test.go")) - boolToInt(strings.HasSuffix(b, "_test.go"))
	})
	return names
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// walk visits the files that may be served.
func (s *Site) walk(visit func(name string)) {
	for _, top := range []string{"README.md", "README.zh-CN.md", "lessons", "docs"} {
		fs.WalkDir(s.files, top, func(name string, entry fs.DirEntry, err error) error {
			if err != nil {
				return nil // it is not there, or has just gone
			}
			if _, ok := nameOf(name); !ok {
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			}
			if entry.Type().IsRegular() {
				visit(name)
			}
			return nil
		})
	}
}

// language of a text is in its name.
func language(name string) string {
	if strings.HasSuffix(name, ".zh-CN.md") {
		return "zh-CN"
	}
	return "en"
}
