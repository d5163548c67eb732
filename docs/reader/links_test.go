package main

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"onthewire/docs/reader/checkout"
	"onthewire/docs/reader/page"
)

// Whoever writes a diagram that cannot be drawn, or leaves a fold open, learns it here.
func TestEveryTextRenders(t *testing.T) {
	files, err := checkout.Open("../..")
	if err != nil {
		t.Fatal(err)
	}
	defer files.Close()
	for _, name := range files.Book().Pages() {
		text, err := files.Read(name)
		if err != nil {
			t.Fatal(err)
		}
		rendered, err := page.Render(name, text, words.Words)
		if err != nil {
			t.Error(err)
		} else if rendered.Title == "" {
			t.Errorf("%s:1: it has no title; begin it with # TITLE", name)
		}
	}
}

var (
	reference = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	target    = regexp.MustCompile(` id="([^"]+)"`)
	lines     = regexp.MustCompile(`^L\d+-L\d+$`)
)

// A crawler fetches what pages lead to, each address once.
type crawler struct {
	t       *testing.T
	address string
	known   map[string]*fetched
}

type fetched struct {
	status int
	body   string
	ids    []string
}

func (c *crawler) fetch(path string) *fetched {
	if f, ok := c.known[path]; ok {
		return f
	}
	response, err := http.Get("http://" + c.address + path)
	if err != nil {
		c.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	f := &fetched{status: response.StatusCode, body: string(body)}
	for _, m := range target.FindAllStringSubmatch(f.body, -1) {
		f.ids = append(f.ids, m[1])
	}
	c.known[path] = f
	return f
}

func TestEveryLinkLeadsSomewhere(t *testing.T) {
	address, _ := started(t, "../..")
	defer http.DefaultClient.CloseIdleConnections()
	c := &crawler{t, address, map[string]*fetched{}}
	for _, from := range pages(t) {
		f := c.fetch(from)
		if twice := repeated(f.ids); twice != "" {
			t.Errorf("%s: the id %s is there twice", from, twice)
		}
		base, _ := url.Parse(from)
		for _, m := range reference.FindAllStringSubmatch(f.body, -1) {
			to, err := url.Parse(strings.ReplaceAll(m[1], "&amp;", "&"))
			if err != nil {
				t.Errorf("%s: %v", from, err)
				continue
			}
			if to.IsAbs() {
				continue // out of the house
			}
			to = base.ResolveReference(to)
			if _, err := os.Stat("../.." + to.Path); err != nil && !strings.HasPrefix(to.Path, "/-/") {
				continue // there is no such file: docs/prose says so, with the line
			}
			there := c.fetch(to.RequestURI())
			if there.status != http.StatusOK {
				t.Errorf("%s: %s answers %d", from, m[1], there.status)
			}
			ids := []string{to.Fragment}
			if lines.MatchString(to.Fragment) {
				ids = strings.Split(to.Fragment, "-")
			}
			for _, id := range ids {
				if id != "" && !slices.Contains(there.ids, id) {
					t.Errorf("%s: %s has no %s", from, m[1], id)
				}
			}
		}
	}
}

func repeated(ids []string) string {
	ids = slices.Sorted(slices.Values(ids))
	for i := 1; i < len(ids); i++ {
		if ids[i] == ids[i-1] {
			return ids[i]
		}
	}
	return ""
}

// What a page weighs with all that it loads, as a browser gets it. How long one takes is
// only told: other tests share the processor.
func TestAPageIsLight(t *testing.T) {
	address, _ := started(t, "../..")
	defer http.DefaultClient.CloseIdleConnections()
	size := func(path string) int {
		request, _ := http.NewRequest("GET", "http://"+address+path, nil)
		request.Header.Set("Accept-Encoding", "gzip")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		zip, err := gzip.NewReader(strings.NewReader(string(body)))
		if err != nil {
			t.Fatalf("%s is not compressed: %v", path, err)
		}
		if _, err := io.Copy(io.Discard, zip); err != nil {
			t.Fatal(err)
		}
		return len(body)
	}
	shared := 0
	for name := range assets {
		shared += size("/-/" + name)
	}
	heaviest, slowest := 0, time.Duration(0)
	for _, path := range pages(t) {
		if strings.HasSuffix(path, "/") && path != "/" {
			continue
		}
		size(path)
		begin := time.Now()
		n := size(path) + shared
		slowest, heaviest = max(slowest, time.Since(begin)), max(heaviest, n)
		if n > 60<<10 {
			t.Errorf("%s weighs %d bytes with its assets", path, n)
		}
	}
	t.Logf("assets %d bytes; the heaviest page with them %d; the slowest warm page %v", shared, heaviest, slowest)
}
