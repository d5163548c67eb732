package main

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"onthewire/docs/reader/checkout"
	"onthewire/docs/reader/page"
)

// A view is what the templates see.
type view struct {
	Words      Words
	Path       string // of the file, from the root
	Title      string
	Lang       string
	Page       *page.Page
	Lessons    []group
	Beside     []link
	Lesson     *group // around the page, if it is one's
	Prev, Next *link
	Onward     *link         // the lesson after this one
	Also       *link         // the page in the other language
	Tagline    template.HTML // and the hook: how the front page begins
	Hook       template.HTML
	Code       []template.HTML
	Entries    []link
	Language   string
	Crumbs     []link
	Problems   []string
}

// A group is a heading and what stands below it: a lesson and its pages.
type group struct {
	Number, Title   string
	Question, After string // what opens it, and what one can do after it
	Spine           link
	Annexes         []link // and the exercises
	Open            bool   // the page is one of the lesson's
}

type link struct {
	To, Title, About string
	Here             bool
}

// ServeHTTP answers for the guard. A page lives at the path of its file, so that a link
// between two files works here as it does on GitHub.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case r.URL.RawPath != "": // something is encoded that need not be
		s.missing(w, r)
	case name == "":
		s.home(w, r)
	case name == "-/find":
		s.find(w, r)
	case strings.HasPrefix(name, "-/"):
		asset(w, r, strings.TrimPrefix(name, "-/"))
	default:
		s.file(w, r, name)
	}
}

func (s *site) file(w http.ResponseWriter, r *http.Request, name string) {
	info, err := s.files.Stat(strings.TrimSuffix(name, "/"))
	switch {
	case err != nil, !info.IsDir() && strings.HasSuffix(name, "/"):
		s.missing(w, r)
	case info.IsDir():
		s.folder(w, r, strings.TrimSuffix(name, "/"))
	case path.Ext(name) == ".md":
		s.text(w, r, name)
	case path.Ext(name) == ".svg":
		s.picture(w, r, name)
	default:
		s.source(w, r, name)
	}
}

func (s *site) home(w http.ResponseWriter, r *http.Request) {
	v := s.view("", words.Name)
	if front, err := s.render("README.md"); err == nil {
		tagline, hook, _ := strings.Cut(string(front.Lead), "</p>\n")
		v.Tagline, v.Hook = template.HTML(tagline+"</p>"), template.HTML(hook)
	}
	s.show(w, r, "home", v, http.StatusOK)
}

func (s *site) text(w http.ResponseWriter, r *http.Request, name string) {
	rendered, err := s.render(name)
	if err != nil {
		v := s.view(name, words.Broken)
		v.Problems = strings.Split(err.Error(), "\n")
		s.show(w, r, "broken", v, http.StatusInternalServerError)
		return
	}
	v := s.view(name, rendered.Title)
	v.Page, v.Lang = rendered, checkout.Lang(name)
	s.show(w, r, "text", v, http.StatusOK)
}

func (s *site) source(w http.ResponseWriter, r *http.Request, name string) {
	text, err := s.files.Read(name)
	if err != nil || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		s.missing(w, r)
		return
	}
	v := s.view(name, path.Base(name))
	v.Language = page.Language(path.Base(name))
	v.Code = s.colour(name, v.Language, text)
	s.show(w, r, "source", v, http.StatusOK)
}

func (s *site) folder(w http.ResponseWriter, r *http.Request, name string) {
	if _, err := s.files.Stat(name + "/README.md"); err == nil {
		http.Redirect(w, r, "/"+name+"/README.md", http.StatusFound)
		return
	}
	list, err := s.files.List(name)
	if err != nil {
		s.missing(w, r)
		return
	}
	v := s.view(name, path.Base(name))
	for _, file := range list {
		entry := link{To: "/" + file.Name, Title: path.Base(file.Name), About: s.about(file)}
		if file.Info.IsDir() {
			entry.Title += "/"
		}
		v.Entries = append(v.Entries, entry)
	}
	slices.SortStableFunc(v.Entries, func(a, b link) int { // folders first
		return strings.Count(b.Title, "/") - strings.Count(a.Title, "/")
	})
	s.show(w, r, "folder", v, http.StatusOK)
}

var (
	comment  = regexp.MustCompile(`(?m)^// .*(\n// .*)*`)
	sentence = regexp.MustCompile(`^(?s).*?[.:](?:\s|$)`)
)

// about is what a file says of itself: its title, or the first sentence of its first comment.
// A folder speaks through its README, or through its package's comment.
func (s *site) about(file checkout.File) string {
	text, _ := s.files.Read(file.Name)
	if file.Info.IsDir() {
		list, _ := s.files.List(file.Name)
		for _, inside := range list {
			source, _ := s.files.Read(inside.Name)
			switch {
			case path.Base(inside.Name) == "README.md":
				return s.title(inside.Name)
			case path.Ext(inside.Name) == ".go" && bytes.Contains(source, []byte("\n// Package ")) || bytes.HasPrefix(source, []byte("// Package ")):
				text = source[bytes.Index(source, []byte("// Package ")):]
			}
		}
	} else if path.Ext(file.Name) == ".md" {
		return s.title(file.Name)
	}
	said := strings.ReplaceAll(string(comment.Find(text)), "\n//", "")
	return strings.TrimRight(sentence.FindString(strings.TrimPrefix(said, "// ")), ".: \n")
}

// picture serves a drawing of ours. Inside one, styles are its own affair; scripts are not.
func (s *site) picture(w http.ResponseWriter, r *http.Request, name string) {
	text, err := s.files.Read(name)
	if err != nil {
		s.missing(w, r)
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	send(w, r, "image/svg+xml", "no-cache", text)
}

func (s *site) missing(w http.ResponseWriter, r *http.Request) {
	v := s.view("", words.Missing)
	name, _, _ := strings.Cut(path.Base(r.URL.Path), ".")
	for _, hit := range s.finder.index(s).Find(strings.NewReplacer("-", " ", "_", " ").Replace(name), 6) {
		v.Entries = append(v.Entries, link{To: hit.URL, Title: hit.Heading, About: hit.Title})
	}
	s.show(w, r, "missing", v, http.StatusNotFound)
}

// show sends a page made of a template. It is made whole before its first byte leaves.
func (s *site) show(w http.ResponseWriter, r *http.Request, name string, v *view, status int) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, v); err != nil {
		s.logger.Printf("show %s: %v", r.URL.Path, err)
		http.Error(w, words.Broken, http.StatusInternalServerError)
		return
	}
	if status != http.StatusOK {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		w.Write(out.Bytes())
		return
	}
	send(w, r, "text/html; charset=utf-8", "no-cache", out.Bytes())
}

// send sends a body, unless the client has it.
func send(w http.ResponseWriter, r *http.Request, kind, cache string, body []byte) {
	tag := fmt.Sprintf(`W/"%s"`, sum(body))
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", cache)
	w.Header().Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(body)
}
