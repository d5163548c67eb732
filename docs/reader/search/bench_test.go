package search

import (
	"io/fs"
	"os"
	"path"
	"strings"
	"testing"
)

// repository cuts this repository's texts at their headings, and its code at its declarations,
// as roughly as a benchmark may.
func repository(tb testing.TB) (documents []Document, size int) {
	root := os.DirFS("../../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		mark := map[string]string{".md": "\n#", ".go": "\nfunc "}[path.Ext(name)]
		if err != nil || d.IsDir() || mark == "" {
			return err
		}
		data, err := fs.ReadFile(root, name)
		size += len(data)
		for section := range strings.SplitSeq(string(data), mark) {
			heading, text, _ := strings.Cut(section, "\n")
			documents = append(documents, Document{URL: name, Title: name, Heading: heading, Text: text})
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return documents, size
}

func BenchmarkNew(b *testing.B) {
	documents, size := repository(b)
	b.SetBytes(int64(size))
	b.ReportMetric(float64(len(documents)), "documents")
	for b.Loop() {
		New(documents)
	}
}

func BenchmarkFind(b *testing.B) {
	documents, _ := repository(b)
	index := New(documents)
	for _, query := range []string{
		"e", "the", "listener backlog", "SO_REUSEADDR", "the server reads what the client writes t", strings.Repeat("a ", 100),
	} {
		b.Run(query[:min(len(query), 24)], func(b *testing.B) {
			for b.Loop() {
				index.Find(query, 20)
			}
		})
	}
}

// A long text costs a query no more than many short ones: a file without declarations, say.
func BenchmarkFindInLongTexts(b *testing.B) {
	filler := strings.Repeat("the server reads what the client writes ", 250)
	documents := make([]Document, 100)
	for i := range documents {
		documents[i] = Document{Heading: "x", Text: "alpha " + filler + " omega"}
	}
	index := New(documents)
	for _, query := range []string{"server the reads", "alpha omega"} {
		b.Run(query, func(b *testing.B) {
			for b.Loop() {
				index.Find(query, 20)
			}
		})
	}
}
