package site

import (
	"net/http"
	"path"
	"regexp"
	"strings"
)

// A lesson is a station of the way.
type lesson struct {
	Number string
	Title  string
	Lead   string
	Name   string // of its text
	URL    string
	More   []crumb // its annexes and exercises
}

var lessonText = regexp.MustCompile(`^lessons/([0-9][0-9])-[^/]+/README\.md$`)

// home shows the way through the lessons, and the pages beside them.
func (s *Site) home(w http.ResponseWriter, r *http.Request) {
	v := s.view("README.md")
	v.Title, v.Name, v.Trail = words.Site, "", nil
	for _, name := range s.texts() {
		if language(name) != "en" {
			continue
		}
		page, err := s.render(name)
		if err != nil {
			s.log.Printf("cannot show it:\n%v", err)
			v.Beside = append(v.Beside, crumb{"/" + name, name}) // it says there what is wrong
			continue
		}
		found := lessonText.FindStringSubmatch(name)
		switch {
		case found != nil:
			v.Lessons = append(v.Lessons, lesson{Number: found[1], Title: page.Title, Lead: page.Lead, Name: name, URL: "/" + name})
		case strings.HasPrefix(name, "lessons/") && len(v.Lessons) > 0:
			last := &v.Lessons[len(v.Lessons)-1]
			if strings.HasPrefix(name, path.Dir(last.Name)+"/") {
				last.More = append(last.More, crumb{"/" + name, page.Title})
			}
		case name == "README.md":
			v.Beside = append(v.Beside, crumb{"/" + name, words.FrontPage})
		default:
			v.Beside = append(v.Beside, crumb{"/" + name, page.Title})
		}
	}
	s.write(w, r, http.StatusOK, "home.html", v)
}
