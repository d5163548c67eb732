package prose

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
)

// declaration finds the lines of what is declared under a name, with its comment. Of a
// group it finds the group: iota has no meaning alone.
func declaration(source []byte, name string) (from, to int, err error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return 0, 0, fmt.Errorf("it does not parse: %w; only a Go file has declarations", err)
	}
	var all []string
	for _, decl := range file.Decls {
		declared, doc := names(decl, source)
		if slices.Contains(declared, name) {
			from, to = fset.Position(decl.Pos()).Line, fset.Position(decl.End()).Line
			if doc != nil {
				from = fset.Position(doc.Pos()).Line
			}
			return from, to, nil
		}
		all = append(all, declared...)
	}
	return 0, 0, fmt.Errorf("it declares no %s; name one of %s", name, strings.Join(all, ", "))
}

// names are those under which a declaration can be had.
func names(decl ast.Decl, source []byte) (names []string, doc *ast.CommentGroup) {
	switch decl := decl.(type) {
	case *ast.FuncDecl:
		if decl.Recv == nil {
			return []string{decl.Name.Name}, decl.Doc
		}
		receiver := decl.Recv.List[0].Type
		of := string(source[receiver.Pos()-1 : receiver.End()-1]) // *conn, list[T]
		of, _, _ = strings.Cut(strings.TrimPrefix(of, "*"), "[")
		return []string{of + "." + decl.Name.Name}, decl.Doc
	case *ast.GenDecl:
		for _, spec := range decl.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names = append(names, name.Name)
				}
			}
		}
		return names, decl.Doc
	}
	return nil, nil
}
