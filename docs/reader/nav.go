package main

import (
	"path"
	"slices"
	"strings"

	"onthewire/docs/reader/checkout"
)

// view is a page's frame: what stands around it, before it and behind it.
func (s *site) view(name, title string) *view {
	book := s.files.Book()
	v := &view{Words: words, Path: name, Title: title, Lang: "en"}
	questions := s.questions()
	here := checkout.Original(name)
	for _, lesson := range book.Lessons {
		g := group{Number: lesson.Number, Title: s.title(lesson.Spine), Question: questions[lesson.Spine]}
		g.Spine = s.link(lesson.Spine, here)
		for _, annex := range lesson.Annexes {
			g.Annexes = append(g.Annexes, s.link(annex, here))
		}
		if lesson.Exercises != "" {
			exercises := s.link(lesson.Exercises, here)
			g.Exercises = &exercises
		}
		v.Groups = append(v.Groups, g)
		if strings.HasPrefix(name, path.Dir(lesson.Spine)+"/") {
			v.Lesson = &v.Groups[len(v.Groups)-1]
		}
	}
	beside := group{}
	for _, name := range book.Beside {
		beside.Annexes = append(beside.Annexes, s.link(name, here))
	}
	v.Groups = append(v.Groups, beside)
	if v.Lesson != nil { // the groups may have moved while they grew
		for i := range v.Groups {
			if v.Groups[i].Number == v.Lesson.Number {
				v.Lesson = &v.Groups[i]
			}
		}
	}
	s.turn(v, book.Pages(), here)
	v.Crumbs = crumbs(name)
	return v
}

func (s *site) link(name, here string) link {
	return link{"/" + name, s.title(name), name == here}
}

// turn finds the page before and the page behind.
func (s *site) turn(v *view, pages []string, here string) {
	i := slices.Index(pages, here)
	if i < 0 {
		return
	}
	if i > 0 {
		prev := s.link(pages[i-1], here)
		v.Prev = &prev
	}
	if i+1 < len(pages) {
		next := s.link(pages[i+1], here)
		v.Next = &next
	}
	other := checkout.Original(v.Path)
	label := "English"
	if other == v.Path {
		other, label = strings.TrimSuffix(v.Path, ".md")+".zh-CN.md", "简体中文"
	}
	if _, err := s.files.Stat(other); err == nil {
		v.Also = &link{To: "/" + other, Title: label}
	}
}

// crumbs are the folders above a file.
func crumbs(name string) (all []link) {
	parts := strings.Split(name, "/")
	for i := range parts[:len(parts)-1] {
		all = append(all, link{To: "/" + strings.Join(parts[:i+1], "/") + "/", Title: parts[i]})
	}
	return all
}

// Beside are the pages beside the lessons, the last group.
func (v *view) Beside() []link { return v.Groups[len(v.Groups)-1].Annexes }

// Lessons are the other groups.
func (v *view) Lessons() []group { return v.Groups[:len(v.Groups)-1] }
