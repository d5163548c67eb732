package site

import (
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
)

// Parts are what /page is made of, beside itself: a style, two scripts and seven pictures. A
// browser learns of them from the page.
var Parts = []string{
	"/page/style.css", "/page/first.js", "/page/second.js",
	"/page/1.svg", "/page/2.svg", "/page/3.svg", "/page/4.svg", "/page/5.svg", "/page/6.svg", "/page/7.svg",
}

// PartSize is how many bytes each of them has.
const PartSize = 12_000

func page(w http.ResponseWriter, r *http.Request) {
	kind, text, after := "text/html; charset=utf-8", document, ""
	switch name := path.Base(r.URL.Path); {
	case r.URL.Path == "/page":
	case name == "style.css":
		kind, text, after = "text/css; charset=utf-8", "img { width: 4em }\n/*", "*/\n"
	case path.Ext(name) == ".js":
		kind, text, after = "text/javascript; charset=utf-8", "document.body.dataset."+strings.TrimSuffix(name, ".js")+" = 'ran'\n/*", "*/\n"
	default:
		kind, text, after = "image/svg+xml", picture(strings.TrimSuffix(name, ".svg")), "--></svg>\n"
	}
	if r.URL.Path != "/page" {
		if !slices.Contains(Parts, r.URL.Path) {
			http.NotFound(w, r)
			return
		}
		text += strings.Repeat(".", PartSize-len(text)-len(after)) + after
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", fmt.Sprint(len(text)))
	w.Header().Set("Cache-Control", "no-store") // each visit is a first one
	io.WriteString(w, text)
}

func picture(number string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><title>picture ` + number +
		`</title><circle cx="5" cy="5" r="` + number + `" transform="scale(.5)"/><!--`
}

// document names every part, in the order in which a browser asks for them.
var document = func() string {
	var b strings.Builder
	b.WriteString("<!doctype html>\n<html lang=\"en\"><title>hello, wire</title>\n")
	for _, part := range Parts {
		switch path.Ext(part) {
		case ".css":
			fmt.Fprintf(&b, "<link rel=\"stylesheet\" href=\"%s\">\n", part)
		case ".js":
			fmt.Fprintf(&b, "<script defer src=\"%s\"></script>\n", part)
		case ".svg":
			fmt.Fprintf(&b, "<img src=\"%s\" alt=\"\">\n", part)
		}
	}
	b.WriteString("<link rel=\"icon\" href=\"data:,\">\n<h1>hello, wire</h1>\n</html>\n")
	return b.String()
}()
