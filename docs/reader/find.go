package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"onthewire/docs/reader/checkout"
	"onthewire/docs/reader/search"
)

// A finder keeps the index of what the checkout holds.
type finder struct {
	mu     sync.Mutex
	looked time.Time
	state  string // of the files, when they were read
	known  *search.Index
}

// index is the present one. Whether the files have changed is asked once a second at most.
func (f *finder) index(s *site) *search.Index {
	f.mu.Lock()
	defer f.mu.Unlock()
	if time.Since(f.looked) < time.Second {
		return f.known
	}
	files := s.files.Files()
	var state strings.Builder
	for _, file := range files {
		fmt.Fprintln(&state, file.Name, file.Info.Size(), file.Info.ModTime().UnixNano())
	}
	if f.known == nil || f.state != state.String() {
		f.known, f.state = search.New(s.documents(files)), state.String()
	}
	f.looked = time.Now()
	return f.known
}

func (s *site) documents(files []checkout.File) (all []search.Document) {
	for _, file := range files {
		switch {
		case strings.Contains(file.Name, "/testdata/"): // wrong answers, and the right ones
		case path.Ext(file.Name) == ".md":
			all = append(all, s.sections(file.Name)...)
		case path.Ext(file.Name) == ".go" && strings.HasPrefix(file.Name, "lessons/") && !strings.HasSuffix(file.Name, "_test.go"):
			source, _ := s.files.Read(file.Name)
			all = append(all, declarations(file.Name, source)...)
		}
	}
	return all
}

func (s *site) sections(name string) (all []search.Document) {
	rendered, err := s.render(name)
	if err != nil {
		return nil
	}
	for _, section := range rendered.Sections {
		to := "/" + name
		if section.ID != "" {
			to += "#" + section.ID
		}
		all = append(all, search.Document{URL: to, Title: rendered.Title, Heading: section.Heading,
			Text: section.Text})
	}
	return all
}

// declarations are what a Go file declares, each with its comment.
func declarations(name string, source []byte) (all []search.Document) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, name, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	add := func(node ast.Node, doc *ast.CommentGroup, names ...string) {
		from, to := set.Position(node.Pos()).Line, set.Position(node.End()).Line
		if doc != nil {
			from = set.Position(doc.Pos()).Line
		}
		for _, declared := range names {
			all = append(all, search.Document{URL: fmt.Sprintf("/%s#L%d-L%d", name, from, to), Title: name,
				Heading: declared, Text: doc.Text(), Code: true})
		}
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			add(decl, decl.Doc, receiver(decl)+decl.Name.Name)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(decl, decl.Doc, spec.Name.Name)
				case *ast.ValueSpec:
					for _, ident := range spec.Names {
						add(decl, decl.Doc, ident.Name)
					}
				}
			}
		}
	}
	return all
}

// receiver is a method's type and a dot.
func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	of := f.Recv.List[0].Type
	for {
		switch t := of.(type) {
		case *ast.StarExpr:
			of = t.X
		case *ast.IndexExpr:
			of = t.X
		case *ast.IndexListExpr:
			of = t.X
		case *ast.Ident:
			return t.Name + "."
		default:
			return ""
		}
	}
}

func (s *site) find(w http.ResponseWriter, r *http.Request) {
	hits := s.finder.index(s).Find(r.URL.Query().Get("q"), 15)
	if hits == nil {
		hits = []search.Hit{}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	json.NewEncoder(w).Encode(hits)
}
