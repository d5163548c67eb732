package site

import (
	"bytes"
	"compress/gzip"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

const checkout = "../../.."

// reading is a site of this repository, and what it has logged.
func reading(t testing.TB, dir string) (http.Handler, *bytes.Buffer) {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	said := new(bytes.Buffer)
	h, err := New(root.FS(), nil, log.New(said, "", 0))
	if err != nil {
		t.Fatal(err)
	}
	return h, said
}

func get(h http.Handler, path string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", "http://127.0.0.1:8800/", nil)
	r.URL.Path, r.URL.RawQuery, _ = strings.Cut(path, "?")
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func texts(t testing.TB) []string {
	t.Helper()
	s := &Site{files: os.DirFS(checkout)}
	names := s.texts()
	if len(names) < 10 {
		t.Fatalf("the texts are %v", names)
	}
	return names
}

func TestEveryTextOfTheRepositoryIsAPage(t *testing.T) {
	h, said := reading(t, checkout)
	for _, name := range texts(t) {
		w := get(h, "/"+name)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<h1>") {
			t.Errorf("%s: status %d", name, w.Code)
		}
	}
	if said.Len() > 0 {
		t.Errorf("the log says: %s", said)
	}
}

func TestThePagesAreInTheOrderInWhichOneReads(t *testing.T) {
	names := texts(t)
	if names[0] != "README.md" || names[1] != "lessons/01-event-loop/README.md" || !strings.HasPrefix(names[2], "lessons/01-event-loop/more/") {
		t.Errorf("they begin with %v", names[:3])
	}
	if last := names[len(names)-1]; !strings.HasPrefix(last, "docs/") {
		t.Errorf("they end with %s", last)
	}
}

func TestWhatIsNotForReadingIsNotServed(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	outside := filepath.Join(t.TempDir(), "secret.go")
	if err := os.WriteFile(outside, []byte("secret"), 0o644); err != nil {
		t.Fatal(err)
	}
	write("README.md", "# Front\n")
	write("secret.txt", "secret")
	write(".git/config", "secret")
	write("lessons/01-a/.hidden.go", "secret")
	write("lessons/01-a/sub/.hidden.go", "secret")
	write("lessons/01-a/sub/seen.go", "package sub\n")
	write("lessons/01-a/README.md", "# A\n")
	write("lessons/01-a/a.go", "package a\n")
	write("lessons/01-a/program", "secret\x00")
	write("lessons/01-a/large.go", strings.Repeat("secret\n", largest/7+1))
	if err := os.Symlink(outside, filepath.Join(dir, "lessons/01-a/link.go")); err != nil {
		t.Skipf("no symbolic links here: %v", err)
	}
	if err := os.Symlink("../../secret.txt", filepath.Join(dir, "lessons/01-a/link2.go")); err != nil {
		t.Fatal(err)
	}
	h, _ := reading(t, dir)
	for _, path := range []string{
		"/secret.txt", "/.git/config", "/bin/docs", "/lessons/../secret.txt", "/lessons/01-a/../../secret.txt", "/lessons//etc/passwd",
		"/lessons/01-a/.hidden.go", "/lessons/01-a/link.go", "/lessons/01-a/program", "/lessons/01-a/large.go",
		"/lessons\\01-a\\a.go", "/lessons/01-a/a.go\x00.md", "/etc/passwd", "/lessons/01-a/a.go/x", "/README.md/x", "/_/nothing.css",
	} {
		if w := get(h, path); w.Code == http.StatusOK || strings.Contains(w.Body.String(), "secret\n") {
			t.Errorf("%q: status %d, %.100s", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/", "/README.md", "/lessons/01-a/README.md", "/lessons/01-a/a.go"} {
		if w := get(h, path); w.Code != http.StatusOK {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
	if listing := get(h, "/lessons/01-a/sub/").Body.String(); strings.Contains(listing, ".hidden.go") || !strings.Contains(listing, "seen.go") {
		t.Errorf("a folder lists what is hidden: %s", listing)
	}
}

func TestOnlyThisMachineIsAnswered(t *testing.T) {
	h, _ := reading(t, checkout)
	for host, want := range map[string]int{
		"127.0.0.1:8800": 200, "localhost:8800": 200, "localhost": 200, "[::1]:8800": 200, "127.0.0.2:8800": 200, "LOCALHOST": 200,
		"example.com": 421, "example.com:8800": 421, "localhost.example.com": 421, "192.0.2.1:8800": 421, "": 421, "127.0.0.1.example.com": 421,
	} {
		if w := get(h, "/", func(r *http.Request) { r.Host = host }); w.Code != want {
			t.Errorf("Host %q: status %d, want %d", host, w.Code, want)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "CONNECT", "TRACE", "OPTIONS"} {
		if w := get(h, "/", func(r *http.Request) { r.Method = method }); w.Code != http.StatusMethodNotAllowed {
			t.Errorf("%s: status %d", method, w.Code)
		}
	}
	w := get(h, "/")
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %q", policy)
	}
	if inline := regexp.MustCompile(`<style|style=|<script>|\son[a-z]+="|javascript:`).FindString(w.Body.String()); inline != "" {
		t.Errorf("a page has something inline: %s", inline)
	}
}

func TestATextThatCannotBeShownNamesTheLine(t *testing.T) {
	dir := t.TempDir()
	text := "# A\n\nA sentence.\n\n```mermaid\nsequenceDiagram\n    a->>b: hello\n    loop for ever\n```\n"
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	h, said := reading(t, dir)
	w := get(h, "/README.md")
	if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), "README.md:8: ") {
		t.Errorf("status %d, and the page does not name line 8: %s", w.Code, w.Body)
	}
	if !strings.Contains(said.String(), "README.md:8: ") {
		t.Errorf("the log says %q", said)
	}
	// Mended, it shows with the next request.
	if err := os.WriteFile(filepath.Join(dir, "README.md"), []byte("# Mended\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if w := get(h, "/README.md"); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Mended") {
		t.Errorf("mended, it is still %d", w.Code)
	}
}

// The promise: a page with all that it needs in 60 KB, and in 50 ms once it has been seen.
func TestAPageIsSmallAndSoonThere(t *testing.T) {
	h, _ := reading(t, checkout)
	size := func(path string) int {
		w := get(h, path, func(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") })
		if w.Header().Get("Content-Encoding") != "gzip" {
			t.Fatalf("%s is not compressed", path)
		}
		n := w.Body.Len()
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, z); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, name := range texts(t) {
		page := get(h, "/"+name).Body.String()
		total := size("/" + name)
		for _, found := range regexp.MustCompile(`(?:href|src)="(/_/[^"]+)"`).FindAllStringSubmatch(page, -1) {
			total += size(found[1])
		}
		if total > 60_000 {
			t.Errorf("%s is %d bytes with all its assets", name, total)
		}
		best := time.Hour
		for range 5 {
			begun := time.Now()
			get(h, "/"+name)
			best = min(best, time.Since(begun))
		}
		if best > 50*time.Millisecond {
			t.Errorf("%s takes %v", name, best)
		}
	}
}

func TestTheSearchLeadsToTextsAndToCode(t *testing.T) {
	h, _ := reading(t, checkout)
	for query, want := range map[string]string{
		"Poller.Wait":     "/lessons/01-event-loop/poller/poller",
		"glutton freezes": "/lessons/01-event-loop/README.md#glutton",
	} {
		w := get(h, "/_/search?q="+strings.ReplaceAll(query, " ", "+"))
		if first, _, _ := strings.Cut(w.Body.String(), "}"); w.Code != http.StatusOK || !strings.Contains(first, want) {
			t.Errorf("%q leads to %.300s", query, w.Body)
		}
	}
	if w := get(h, "/_/search?q="); strings.TrimSpace(w.Body.String()) != "[]" {
		t.Errorf("nothing leads to %s", w.Body)
	}
}

func TestAFileIsShownAtItsLines(t *testing.T) {
	h, _ := reading(t, checkout)
	body := get(h, "/lessons/01-event-loop/loop/conn.go?lines=3-5").Body.String()
	if n := strings.Count(body, `class="line marked"`); n != 3 || !strings.Contains(body, `<span class="line marked" id="L3">`) {
		t.Errorf("%d lines are marked", n)
	}
	page := get(h, "/lessons/01-event-loop/README.md").Body.String()
	if !regexp.MustCompile(`<figcaption><a href="loop/conn.go\?lines=\d+-\d+#L\d+">loop/conn.go</a>`).MatchString(page) {
		t.Error("no excerpt of loop/conn.go leads to its lines")
	}
}
