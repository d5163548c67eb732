package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"html/template"
	"log"
	"path"
	"regexp"
	"strings"
	"sync"

	"onthewire/docs/reader/checkout"
	"onthewire/docs/reader/page"
)

// A site is what is served: the checkout's files, and what has been made of them.
type site struct {
	files  *checkout.Checkout
	logger *log.Logger
	finder finder

	mu       sync.Mutex
	rendered map[string]*rendered // by name; an edit replaces the entry
}

// rendered is a file with the hash of the text that it was made of.
type rendered struct {
	once sync.Once
	hash string
	page *page.Page
	err  error
	code []template.HTML // of a file that is no page: its lines
}

func newSite(files *checkout.Checkout, logger *log.Logger) *site {
	return &site{files: files, logger: logger, rendered: map[string]*rendered{}}
}

// version is what has been made of this version of a file, or a place for it.
func (s *site) version(name string, text []byte) *rendered {
	hash := sum(text)
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rendered[name]
	if r == nil || r.hash != hash {
		r = &rendered{hash: hash}
		s.rendered[name] = r
	}
	return r
}

// render renders a text, once for each of its versions. What cannot be rendered is logged
// with its file and line.
func (s *site) render(name string) (*page.Page, error) {
	text, err := s.files.Read(name)
	if err != nil {
		return nil, err
	}
	r := s.version(name, text)
	r.once.Do(func() {
		if r.page, r.err = page.Render(name, text, words.Words); r.err != nil {
			s.logger.Print(r.err)
		}
	})
	return r.page, r.err
}

// colour is a file's lines, made once for each of its versions as well.
func (s *site) colour(name, language string, text []byte) []template.HTML {
	r := s.version(name, text)
	r.once.Do(func() {
		for _, line := range page.Lines(language, string(text)) {
			r.code = append(r.code, template.HTML(line))
		}
	})
	return r.code
}

func sum(text []byte) string {
	hash := sha256.Sum256(text)
	return hex.EncodeToString(hash[:8])
}

// warm renders all pages and reads the code, so that nobody waits for the first look.
func (s *site) warm(ctx context.Context) {
	for _, name := range s.files.Book().Pages() {
		if ctx.Err() != nil {
			return
		}
		s.render(name)
	}
	s.finder.index(s)
}

// title is a page's own, or its name as long as it has none.
func (s *site) title(name string) string {
	text, err := s.files.Read(name)
	if m := firstHeading.FindSubmatch(text); err == nil && m != nil {
		return strings.NewReplacer("`", "", "*", "").Replace(string(m[1]))
	}
	return path.Base(name)
}

var firstHeading = regexp.MustCompile(`(?m)^# +(.+?) *$`)

// row is a row of the front page's table: | [01 event loop](README) | question | promise | …
var row = regexp.MustCompile(`(?m)^\| *\[[^\]]+\]\((lessons/[^)]+/README\.md)\) *\| *([^|]+?) *\| *([^|]+?) *\|`)

// promises are what opens each lesson, and what one can do after it, as the front page has it.
func (s *site) promises() map[string][2]string {
	text, _ := s.files.Read("README.md")
	all := map[string][2]string{}
	for _, m := range row.FindAllSubmatch(text, -1) {
		plain := strings.NewReplacer("`", "", "*", "")
		all[string(m[1])] = [2]string{plain.Replace(string(m[2])), plain.Replace(string(m[3]))}
	}
	return all
}
