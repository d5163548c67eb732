package site

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// folder is a site with one file of ten bytes.
func folder(t *testing.T) (s *Site, dir string) {
	t.Helper()
	dir = t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "ten.txt"), []byte("0123456789"), 0o600))
	root, err := os.OpenRoot(dir)
	must(t, err)
	t.Cleanup(func() { root.Close() })
	return &Site{Files: root}, dir
}

func TestAFileComesWholeOrInRanges(t *testing.T) {
	s, _ := folder(t)
	for _, c := range []struct {
		ask    string
		status int
		body   string
	}{
		{"", 200, "0123456789"},
		{"bytes=2-4", 206, "234"},
		{"bytes=7-", 206, "789"},
		{"bytes=-3", 206, "789"},
		{"bytes=10-", 416, ""},
		{"bytes=4-2", 416, ""},
		{"lines=1-2", 416, ""},
		{"bytes=0-0," + strings.Repeat("2-2,", MaxRanges) + "4-4", 200, "0123456789"},
		{"bytes=" + strings.Repeat("0-,", 1_000_000) + "0-", 200, "0123456789"},
	} {
		r := httptest.NewRequest("GET", "/files/ten.txt", nil)
		if c.ask != "" {
			r.Header.Set("Range", c.ask)
		}
		w := ask(s, r)
		if w.Code != c.status || c.body != "" && w.Body.String() != c.body {
			t.Errorf("%.40s: %d %q, want %d %q", c.ask, w.Code, w.Body, c.status, c.body)
		}
	}
	r := httptest.NewRequest("GET", "/files/ten.txt", nil)
	r.Header.Set("Range", "bytes=0-0,9-9")
	if w := ask(s, r); w.Code != 206 || strings.Count(w.Body.String(), "Content-Range") != 2 {
		t.Errorf("two ranges: %d %q", w.Code, w.Body)
	}
}

func TestWhoHasTheFileIsNotSentItAgain(t *testing.T) {
	s, dir := folder(t)
	first := ask(s, httptest.NewRequest("GET", "/files/ten.txt", nil))
	again := httptest.NewRequest("GET", "/files/ten.txt", nil)
	again.Header.Set("If-None-Match", first.Header().Get("ETag"))
	if w := ask(s, again); w.Code != 304 || w.Body.Len() > 0 {
		t.Errorf("%d %q", w.Code, w.Body)
	}
	rest := httptest.NewRequest("GET", "/files/ten.txt", nil)
	rest.Header.Set("Range", "bytes=5-")
	rest.Header.Set("If-Range", first.Header().Get("ETag"))
	if w := ask(s, rest); w.Code != 206 || w.Body.String() != "56789" {
		t.Errorf("the rest of the same file: %d %q", w.Code, w.Body)
	}
	must(t, os.WriteFile(filepath.Join(dir, "ten.txt"), []byte("another one"), 0o600))
	if w := ask(s, rest); w.Code != 200 || w.Body.String() != "another one" {
		t.Errorf("the rest of another file: %d %q", w.Code, w.Body)
	}
}

func TestNoNameLeadsOutOfTheFolder(t *testing.T) {
	s, dir := folder(t)
	outside := filepath.Join(filepath.Dir(dir), "secret")
	must(t, os.WriteFile(outside, []byte("secret"), 0o600))
	must(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	if err := os.Symlink(outside, filepath.Join(dir, "link")); err != nil {
		t.Logf("no symbolic link here: %v", err)
	}
	for _, name := range []string{"link", "%2e%2e/secret", "..%2fsecret", "sub", "", "none", "ten.txt/", "a%00b"} {
		if w := ask(s, httptest.NewRequest("GET", "/files/"+name, nil)); w.Code != 404 || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
}
