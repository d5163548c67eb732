package site

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"strings"

	"onthewire/docs/reader/search"
)

// hits is how many places one look at the list can take in.
const hits = 12

// find answers with the best places for ?q=, as JSON.
func (s *Site) find(w http.ResponseWriter, r *http.Request) {
	found := s.searchable().Find(r.URL.Query().Get("q"), hits)
	if found == nil {
		found = []search.Hit{}
	}
	text, err := json.Marshal(found)
	if err != nil {
		http.Error(w, words.Broken, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	send(w, r, http.StatusOK, "application/json", text)
}

// searchable is the index of the files as they are now: made again only when one of them
// has another size or time.
func (s *Site) searchable() *search.Index {
	names := append(s.texts(), s.sources()...)
	var state strings.Builder
	for _, name := range names {
		if info, err := fs.Stat(s.files, name); err == nil {
			fmt.Fprintln(&state, name, info.Size(), info.ModTime().UnixNano())
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.index == nil || s.indexC != state.String() {
		s.index, s.indexC = search.New(s.documents(names)), state.String()
	}
	return s.index
}

func (s *Site) documents(names []string) (all []search.Document) {
	for _, name := range names {
		if strings.HasSuffix(name, ".go") {
			all = append(all, s.declarations(name)...)
			continue
		}
		page, err := s.render(name)
		if err != nil {
			continue // whoever opens it is told
		}
		for _, section := range page.Sections {
			d := search.Document{URL: "/" + name, Title: page.Title, Heading: section.Heading, Text: section.Text}
			if section.Anchor != "" {
				d.URL += "#" + section.Anchor
			}
			all = append(all, d)
		}
	}
	return all
}

// declarations are a Go file's, with their comments.
func (s *Site) declarations(name string) (all []search.Document) {
	source, err := fs.ReadFile(s.files, name)
	if err != nil {
		return nil
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	add := func(heading string, node ast.Node, doc *ast.CommentGroup) {
		from, to := fset.Position(node.Pos()), fset.Position(node.End())
		text := string(source[from.Offset:to.Offset])
		text, _, _ = strings.Cut(text, "\n")
		all = append(all, search.Document{
			URL: fmt.Sprintf("/%s?lines=%d-%d#L%d", name, from.Line, to.Line, from.Line), Title: name,
			Heading: heading, Text: strings.TrimSuffix(text, " {") + " " + doc.Text(), Kind: search.Declaration,
		})
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			heading := decl.Name.Name
			if decl.Recv != nil {
				receiver := decl.Recv.List[0].Type
				of := string(source[receiver.Pos()-1 : receiver.End()-1])
				of, _, _ = strings.Cut(strings.TrimPrefix(of, "*"), "[")
				heading = of + "." + heading
			}
			add(heading, decl, decl.Doc)
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name.Name, decl, decl.Doc)
				case *ast.ValueSpec:
					add(spec.Names[0].Name, spec, spec.Doc)
				}
			}
		}
	}
	return all
}
