package prose_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"onthewire/docs/prose"
)

// Each archive in testdata is a repository. The file doc names the document in it, want
// is what Sync makes of that, and problems what it says; output is what a program prints.
func TestSync(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("there is no testdata: %v", err)
	}
	for _, archive := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(archive), ".txtar"), func(t *testing.T) {
			parsed, err := txtar.ParseFile(archive)
			if err != nil {
				t.Fatal(err)
			}
			files := fstest.MapFS{}
			for _, file := range parsed.Files {
				files[file.Name] = &fstest.MapFile{Data: file.Data}
			}
			text := func(name string) string {
				if file, ok := files[name]; ok {
					return string(file.Data)
				}
				return ""
			}
			doc := strings.TrimSpace(text("doc"))
			want := text("want")
			if want == "" {
				want = text(doc)
			}
			repo := prose.Repo{Files: files, Run: fake(text("output"))}
			for _, markdown := range []string{text(doc), want} { // what it returns is as it has to be
				got, err := repo.Sync(doc, []byte(markdown))
				if diff := cmp.Diff(want, string(got)); diff != "" {
					t.Errorf("want -, got +\n%s", diff)
				}
				problems := ""
				if err != nil {
					problems = err.Error() + "\n"
				}
				if diff := cmp.Diff(text("problems"), problems); diff != "" {
					t.Errorf("problems: want -, got +\n%s", diff)
				}
			}
		})
	}
}

// fake is a program that knows every word but --nonsense.
func fake(output string) func(int, []string) (string, int, error) {
	return func(lesson int, args []string) (string, int, error) {
		switch {
		case slices.Contains(args, "--nonsense"):
			return "lesson1: unknown flag --nonsense\n\nUsage: lesson1\n", 2, nil
		case slices.Contains(args, "--help"):
			return "Usage: lesson1\n", 0, nil
		case slices.Contains(args, "serve"):
			return "", 0, errors.New("bin/lesson1 has not ended in 20s; fence it ```console seen")
		}
		return output, 0, nil
	}
}

func TestDocumentsAreThoseThatAPersonReads(t *testing.T) {
	files := fstest.MapFS{}
	want := []string{
		"README.md",
		"docs/glossary.md",
		"lessons/01-echo/README.md",
		"lessons/01-echo/exercises/README.md",
		"lessons/01-echo/more/kqueue.md",
	}
	for _, name := range append([]string{
		".github/README.md",
		"docs/prose/notes.md",
		"docs/prose/testdata/README.md",
		"lessons/01-echo/notes.md",
		"lessons/01-echo/more/picture.svg",
	}, want...) {
		files[name] = &fstest.MapFile{}
	}
	got, err := prose.Repo{Files: files}.Documents()
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v: want -, got +\n%s", err, diff)
	}
}
