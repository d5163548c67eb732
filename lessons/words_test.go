package lessons

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// fieldsWord is what a thing is called here, because it is called so everywhere, beside the
// private names that it once had.
var fieldsWord = map[string]string{
	"patience":  "timeout",
	"impatient": "with a timeout",
	"gorge":     "send, until it blocks",
	"feast":     "send, until it blocks",
	"gluttony":  "bytes",
	"muster":    "available",
	"bell":      "waker, or the descriptor that it is",
	"rope":      "pipe",
	"crowd":     "clients",
}

// words are the parts of a comment or of a name such as drainTime or so_rcvbuf.
var words = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

func TestEveryWordIsTheFieldsOwn(t *testing.T) {
	for _, root := range []string{".", "../docs"} {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			path = filepath.ToSlash(path)
			if err != nil || !strings.HasSuffix(path, ".go") || path == "words_test.go" {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, parser.ParseComments)
			if err != nil {
				return err
			}
			check := func(at token.Pos, text string) {
				for _, word := range words.FindAllString(text, -1) {
					word = strings.ToLower(word)
					if better := fieldsWord[word]; better != "" {
						t.Errorf("%v: %q is nobody else's word: say %s", files.Position(at), word, better)
					}
				}
			}
			for _, group := range file.Comments {
				check(group.Pos(), group.Text())
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if name, ok := n.(*ast.Ident); ok {
					check(name.Pos(), name.Name)
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
