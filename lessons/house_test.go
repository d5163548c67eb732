// Package lessons holds the tests of the house rules; the lessons themselves are below.
package lessons

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// A source is one Go file of a lesson.
type source struct {
	path   string // 01-event-loop/loop/conn.go
	lesson string // 01-event-loop
	inner  bool   // in a folder of its own: code under study
	test   bool
	ast    *ast.File
}

func sources(t *testing.T) (all []source) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") {
			return err
		}
		path = filepath.ToSlash(path)
		parts := strings.Split(path, "/")
		if len(parts) < 2 || parts[0] == "internal" {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		all = append(all, source{
			path: path, lesson: parts[0], ast: file,
			inner: len(parts) > 2 && parts[1] != "exercises",
			test:  strings.HasSuffix(path, "_test.go"),
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no lesson was found")
	}
	return all
}

func TestTheCodeUnderStudyNeitherTalksNorReadsFlags(t *testing.T) {
	forbidden := map[string]string{
		"onthewire/lessons/internal/stage": "only a demo speaks",
		"onthewire/lessons/internal/cli":   "only package main has a command line",
		"flag":                             "only package main has a command line",
		"log":                              "it returns errors",
		"log/slog":                         "it returns errors",
	}
	for _, file := range sources(t) {
		if !file.inner || file.test || file.ast.Name.Name == "main" {
			continue
		}
		for _, imported := range imports(file.ast) {
			if why, ok := forbidden[imported]; ok {
				t.Errorf("lessons/%s imports %s: %s", file.path, imported, why)
			}
		}
		ast.Inspect(file.ast, func(n ast.Node) bool {
			if called, ok := n.(*ast.SelectorExpr); ok && isName(called.X, "fmt") && strings.HasPrefix(called.Sel.Name, "Print") {
				t.Errorf("lessons/%s calls fmt.%s: only package main prints", file.path, called.Sel.Name)
			}
			return true
		})
	}
}

func isName(e ast.Expr, name string) bool {
	ident, ok := e.(*ast.Ident)
	return ok && ident.Name == name
}

func TestNoLessonImportsAnother(t *testing.T) {
	for _, file := range sources(t) {
		for _, imported := range imports(file.ast) {
			rest, ours := strings.CutPrefix(imported, "onthewire/lessons/")
			lesson, _, _ := strings.Cut(rest, "/")
			if ours && lesson != "internal" && lesson != file.lesson {
				t.Errorf("lessons/%s imports %s: a lesson stands alone", file.path, imported)
			}
		}
	}
}

func TestNoFolderHoldsMoreThanEightSourceFiles(t *testing.T) {
	count := map[string]int{}
	for _, file := range sources(t) {
		if !file.test && strings.Count(file.path, "/") > 1 { // a root is a list: one file a command
			count[filepath.Dir(file.path)]++
		}
	}
	for dir, n := range count {
		if n > 8 {
			t.Errorf("lessons/%s holds %d source files: it has become two subjects", dir, n)
		}
	}
}

func imports(file *ast.File) (paths []string) {
	for _, spec := range file.Imports {
		path, _ := strconv.Unquote(spec.Path.Value)
		paths = append(paths, path)
	}
	return paths
}
