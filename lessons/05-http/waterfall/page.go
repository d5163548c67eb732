package waterfall

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

const (
	small = 2_000   // bytes
	large = 60_000  // bytes
	most  = 1 << 20 // that the browser takes of one file
)

// page is the document: it names ten small files and a large one.
func page() string {
	var text strings.Builder
	text.WriteString("<!doctype html><title>A page</title>\n")
	for i := range 10 {
		fmt.Fprintf(&text, "<img src=%q>\n", fmt.Sprintf("file-%d", i+1))
	}
	text.WriteString("<img src=\"large\">\n")
	return text.String()
}

var source = regexp.MustCompile(`src="([^"]+)"`)

// named are the files that a document names.
func named(document []byte) (names []string) {
	for _, found := range source.FindAllSubmatch(document, -1) {
		names = append(names, string(found[1]))
	}
	return names
}

// answer is one handler for all protocols.
func answer(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/":
		w.Write([]byte(page()))
	case r.URL.Path == "/large":
		w.Write(make([]byte, large))
	default:
		w.Write(make([]byte, small))
	}
}
