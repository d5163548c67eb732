package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"onthewire/docs/reader/sequence"
)

//go:embed static templates
var embedded embed.FS

// An asset is a file of the reader's own, under a name that changes with it.
type asset struct {
	kind string
	body []byte
}

func (s *Site) prepare() (err error) {
	s.assets = map[string]asset{}
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		return err
	}
	names, err := fs.Glob(files, "*")
	if err != nil {
		return err
	}
	for _, name := range names {
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if name == "style.css" {
			body = append(body, sequence.CSS...)
		}
		s.assets[name] = asset{mime.TypeByExtension(path.Ext(name)), body}
	}
	s.pages, err = template.New("").ParseFS(embedded, "templates/*.html")
	return err
}

// url is where an asset is: with a part of its hash, so that a browser may keep it for ever.
func (s *Site) url(name string) string {
	hash := sha256.Sum256(s.assets[name].body)
	return "/_/" + base64.RawURLEncoding.EncodeToString(hash[:6]) + "." + name
}

func (s *Site) asset(w http.ResponseWriter, r *http.Request) {
	_, name, _ := strings.Cut(r.PathValue("asset"), ".")
	a, ok := s.assets[name]
	if !ok || s.url(name) != r.URL.Path {
		s.notFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	send(w, r, http.StatusOK, a.kind, a.body)
}

// send answers with a body, compressed for those who can read that.
func send(w http.ResponseWriter, r *http.Request, status int, kind string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Vary", "Accept-Encoding")
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		z.Write(body)
		z.Close()
		h.Set("Content-Encoding", "gzip")
		body = packed.Bytes()
	}
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}
