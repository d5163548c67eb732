package site

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"unicode/utf8"

	"onthewire/docs/reader/render"
)

// A line of a file, and whether somebody pointed at it.
type line struct {
	Number int
	Marked bool
	Code   template.HTML
}

// source answers with a whole file, its lines numbered, those of ?lines=4-9 marked.
func (s *Site) source(w http.ResponseWriter, r *http.Request, name string) {
	text, err := fs.ReadFile(s.files, name)
	if err != nil || !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		s.notFound(w, r)
		return
	}
	lines, _ := remember(s, name, text, func() ([]string, error) {
		return render.HighlightLines(languageOf(name), string(text)), nil
	})
	first, last := 0, 0
	if n, _ := fmt.Sscanf(r.URL.Query().Get("lines"), "%d-%d", &first, &last); n == 1 {
		last = first
	}
	v := s.view(name)
	v.Title = path.Base(name)
	for i, code := range lines {
		v.Lines = append(v.Lines, line{i + 1, i+1 >= first && i+1 <= last, template.HTML(strings.TrimSuffix(code, "\n"))})
	}
	s.write(w, r, http.StatusOK, "source.html", v)
}

func languageOf(name string) string {
	switch base := path.Base(name); {
	case base == "Makefile":
		return "make"
	case base == "go.mod":
		return ""
	}
	return map[string]string{".go": "go", ".c": "c", ".h": "c", ".sh": "bash", ".yml": "yaml", ".css": "css", ".js": "javascript", ".html": "html", ".svg": "xml"}[path.Ext(name)]
}

// picture answers with an SVG as what it is.
func (s *Site) picture(w http.ResponseWriter, r *http.Request, name string) {
	text, err := fs.ReadFile(s.files, name)
	if err != nil {
		s.notFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	send(w, r, http.StatusOK, "image/svg+xml", text)
}

// folder leads to a folder's text, or lists what is in it.
func (s *Site) folder(w http.ResponseWriter, r *http.Request, name string) {
	if !strings.HasSuffix(r.URL.Path, "/") {
		http.Redirect(w, r, "/"+name+"/", http.StatusMovedPermanently)
		return
	}
	if _, err := fs.Stat(s.files, name+"/README.md"); err == nil {
		http.Redirect(w, r, "/"+name+"/README.md", http.StatusFound)
		return
	}
	entries, err := fs.ReadDir(s.files, name)
	if err != nil {
		s.notFound(w, r)
		return
	}
	v := s.view(name)
	v.Title = path.Base(name)
	for _, entry := range entries {
		to := "/" + name + "/" + entry.Name()
		if _, ok := nameOf(to); !ok {
			continue
		}
		title := entry.Name()
		if entry.IsDir() {
			to, title = to+"/", title+"/"
		}
		v.Entries = append(v.Entries, crumb{to, title})
	}
	s.write(w, r, http.StatusOK, "folder.html", v)
}
