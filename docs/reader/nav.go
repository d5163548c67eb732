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
	here := checkout.Original(name)
	promises := s.promises()
	for i, lesson := range book.Lessons {
		promise := promises[lesson.Spine]
		g := group{Number: lesson.Number, Title: s.title(lesson.Spine), Question: promise[0], After: promise[1]}
		g.Spine = s.link(lesson.Spine, here)
		for _, name := range lesson.Pages()[1:] {
			g.Annexes = append(g.Annexes, s.link(name, here))
		}
		g.Open = strings.HasPrefix(name, path.Dir(lesson.Spine)+"/")
		if g.Open && i+1 < len(book.Lessons) {
			onward := s.link(book.Lessons[i+1].Spine, here)
			v.Onward = &onward
		}
		v.Lessons = append(v.Lessons, g)
	}
	if i := slices.IndexFunc(v.Lessons, func(g group) bool { return g.Open }); i >= 0 {
		v.Lesson = &v.Lessons[i]
	}
	for _, name := range slices.Concat(book.Front, book.Beside) {
		v.Beside = append(v.Beside, s.link(name, here))
		if name == "README.md" {
			v.Beside[0].Title = words.FrontPage
		}
	}
	s.turn(v, book.Pages(), here)
	v.Crumbs = crumbs(name)
	return v
}

func (s *site) link(name, here string) link {
	return link{To: "/" + name, Title: s.title(name), Here: name == here}
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
	if v.Onward != nil && v.Next != nil && v.Onward.To == v.Next.To {
		v.Onward = nil
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
