// Package site serves the repository's texts and code as pages.
//
// Read it in this order: site.go (what answers to which path), guard.go (who is answered at
// all), tree.go (which files there are), page.go and source.go (how they look), home.go,
// find.go (the search), assets.go and words.go (what the reader brings along itself).
package site

import (
	"html/template"
	"io/fs"
	"log"
	"net/http"
	"sync"

	"onthewire/docs/reader/search"
)

// A Site is a handler for one checkout. It reads each file anew, so that an edit shows with
// the next request, and renders a file again only when it has changed.
type Site struct {
	files  fs.FS
	log    *log.Logger
	assets map[string]asset
	pages  *template.Template

	cache  sync.Map // name and hash of a file to what it became
	mu     sync.Mutex
	index  *search.Index
	indexC string // what the index was made of
}

// New makes a site of the files of a checkout. hosts are the names besides loopback's by
// which it may be asked for. What cannot be rendered is told to the log.
func New(files fs.FS, hosts []string, to *log.Logger) (http.Handler, error) {
	s := &Site{files: files, log: to}
	if err := s.prepare(); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /_/search", s.find)
	mux.HandleFunc("GET /_/{asset}", s.asset)
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, s.url("icon.svg"), http.StatusFound) })
	mux.HandleFunc("GET /{path...}", s.file)
	return guard(mux, hosts), nil
}

// file answers with a file as a page: a text, or code.
func (s *Site) file(w http.ResponseWriter, r *http.Request) {
	name, ok := nameOf(r.URL.Path)
	if !ok {
		s.notFound(w, r)
		return
	}
	info, err := fs.Stat(s.files, name)
	switch {
	case err != nil:
		s.notFound(w, r)
	case info.IsDir():
		s.folder(w, r, name)
	case !info.Mode().IsRegular() || info.Size() > largest:
		s.notFound(w, r)
	case isText(name):
		s.text(w, r, name)
	case isPicture(name) && r.URL.Query().Get("view") == "":
		s.picture(w, r, name)
	default:
		s.source(w, r, name)
	}
}

// largest is the size of a file that is a page for people.
const largest = 1 << 20
