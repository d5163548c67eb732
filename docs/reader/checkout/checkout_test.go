package checkout_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"onthewire/docs/reader/checkout"
)

// tree writes files below a new folder. One that begins with -> is a symbolic link.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		to, link := strings.CutPrefix(text, "->")
		err := error(nil)
		if link {
			err = os.Symlink(to, path)
		} else {
			err = os.WriteFile(path, []byte(text), 0o644)
		}
		if err != nil {
			t.Skipf("no such file can be made here: %v", err)
		}
	}
	return dir
}

func TestNothingIsSeenOutsideLessonsAndDocs(t *testing.T) {
	dir := tree(t, map[string]string{
		"go.mod":              "module onthewire\n",
		"secret":              "secret",
		".git/config":         "secret",
		"README.md":           "# T\n",
		"LICENSE":             "yes",
		"docs/a.md":           "# A\n",
		"docs/.hidden":        "secret",
		"lessons/x.go":        "package x\n",
		"lessons/.git/config": "secret",
		"lessons/out":         "->../secret",
		"lessons/far":         "->/etc",
		"lessons/in":          "->x.go",
		"lessons/dir":         "->..",
	})
	c, err := checkout.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, name := range []string{
		"secret", "go.mod", ".git/config", "docs/.hidden", "lessons/.git/config", "lessons/out", "lessons/far/passwd",
		"lessons/in", "lessons/dir/secret", "../x", "lessons/../secret", "lessons//x.go", "/lessons/x.go", "lessons\\x.go",
		"lessons/x.go/", "lessons/x.go/y", "lessons/x.go\x00", "", ".", "lessons/.", "lessons/ x", "lessons/no.go",
	} {
		if text, err := c.Read(name); err == nil {
			t.Errorf("%q is read: %q", name, text)
		}
	}
	var names []string
	for _, file := range c.Files() {
		names = append(names, file.Name)
	}
	slices.Sort(names)
	if diff := cmp.Diff([]string{"LICENSE", "README.md", "docs/a.md", "lessons/x.go"}, names); diff != "" {
		t.Errorf("what is seen: want -, got +\n%s", diff)
	}
}

func TestPagesAreFoundByLooking(t *testing.T) {
	dir := tree(t, map[string]string{
		"README.md":                         "# Front\n",
		"docs/lab.md":                       "# Lab\n",
		"CONTRIBUTING.md":                   "# House\n",
		"docs/lab.zh-CN.md":                 "# 实验\n",
		"docs/prose/notes.md":               "# No\n",
		"lessons/01-a/README.md":            "# A\n\n[z](more/z.md) [b](more/b.md)\n",
		"lessons/01-a/more/b.md":            "# B\n",
		"lessons/01-a/more/z.md":            "# Z\n",
		"lessons/01-a/exercises/README.md":  "# E\n",
		"lessons/02-b/README.md":            "# C\n",
		"lessons/02-b/testdata/x/README.md": "# No\n",
	})
	c, err := checkout.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	want := []string{"README.md", "lessons/01-a/README.md", "lessons/01-a/more/z.md", "lessons/01-a/more/b.md",
		"lessons/01-a/exercises/README.md", "lessons/02-b/README.md", "docs/lab.md", "CONTRIBUTING.md"}
	if diff := cmp.Diff(want, c.Book().Pages()); diff != "" {
		t.Errorf("want -, got +\n%s", diff)
	}
}

func TestOutsideACheckoutThereIsNothingToRead(t *testing.T) {
	if _, err := checkout.Find(t.TempDir()); err == nil || !strings.Contains(err.Error(), "is a checkout") {
		t.Errorf("the error is %v", err)
	}
}
