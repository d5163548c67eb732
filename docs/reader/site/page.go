package site

import (
	"bytes"
	"crypto/sha256"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"onthewire/docs/reader/render"
)

// A view is what the template of a page is given.
type view struct {
	Words    *allWords
	Style    string
	Script   string
	Early    string // the script that sets the theme before the first line is drawn
	Icon     string
	Lang     string
	Title    string
	Name     string // the file, from the root; the key of its progress
	Trail    []crumb
	Body     template.HTML
	Contents []render.Heading
	Prev     *crumb
	Next     *crumb
	Lessons  []lesson
	Beside   []crumb
	Lines    []line
	Entries  []crumb
	Problems string
}

// A crumb is a link with its name.
type crumb struct{ URL, Title string }

func (s *Site) view(name string) *view {
	return &view{
		Words: &words, Style: s.url("style.css"), Script: s.url("reader.js"), Early: s.url("early.js"), Icon: s.url("icon.svg"),
		Lang: language(name), Name: name, Trail: s.trail(name),
	}
}

// text answers with a rendered text.
func (s *Site) text(w http.ResponseWriter, r *http.Request, name string) {
	page, err := s.render(name)
	v := s.view(name)
	if err != nil {
		s.log.Printf("cannot show it:\n%v", err)
		v.Title, v.Problems = words.Broken, err.Error()
		s.write(w, r, http.StatusInternalServerError, "broken.html", v)
		return
	}
	v.Title, v.Body, v.Contents = page.Title, template.HTML(page.HTML), page.Contents
	texts := slices.DeleteFunc(s.texts(), func(other string) bool { return language(other) != language(name) })
	if i := slices.Index(texts, name); i >= 0 {
		if i > 0 {
			v.Prev = s.crumb(texts[i-1])
		}
		if i+1 < len(texts) {
			v.Next = s.crumb(texts[i+1])
		}
	}
	s.write(w, r, http.StatusOK, "text.html", v)
}

// render makes a page of a text, or remembers what it made of the same bytes.
func (s *Site) render(name string) (*render.Page, error) {
	source, err := fs.ReadFile(s.files, name)
	if err != nil {
		return nil, err
	}
	return remember(s, name, source, func() (*render.Page, error) {
		return render.Markdown(name, source, &words.Words)
	})
}

// remember keeps the newest result for a name, by the hash of what it was made of.
func remember[T any](s *Site, name string, source []byte, make func() (T, error)) (T, error) {
	type kept struct {
		hash   [sha256.Size]byte
		result T
		err    error
	}
	hash := sha256.Sum256(source)
	if old, ok := s.cache.Load(name); ok && old.(kept).hash == hash {
		return old.(kept).result, old.(kept).err
	}
	result, err := make()
	s.cache.Store(name, kept{hash, result, err})
	return result, err
}

func (s *Site) crumb(name string) *crumb {
	title := name
	if page, err := s.render(name); err == nil && page.Title != "" {
		title = page.Title
	}
	return &crumb{"/" + name, title}
}

// trail is the way from the home page to a file.
func (s *Site) trail(name string) (trail []crumb) {
	parts := strings.Split(name, "/")
	for i := range parts[:len(parts)-1] {
		dir := strings.Join(parts[:i+1], "/")
		trail = append(trail, crumb{"/" + dir + "/", parts[i]})
	}
	return append(trail, crumb{"", path.Base(name)})
}

func (s *Site) notFound(w http.ResponseWriter, r *http.Request) {
	v := s.view("")
	v.Title, v.Trail = words.NotFound, nil
	s.write(w, r, http.StatusNotFound, "missing.html", v)
}

func (s *Site) write(w http.ResponseWriter, r *http.Request, status int, name string, v *view) {
	var page bytes.Buffer
	if err := s.pages.ExecuteTemplate(&page, name, v); err != nil {
		s.log.Printf("%s: %v", name, err)
		http.Error(w, words.Broken, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	send(w, r, status, "text/html; charset=utf-8", page.Bytes())
}
