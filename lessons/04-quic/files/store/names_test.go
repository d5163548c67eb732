package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

func TestANameThatNotEverySystemCanKeepIsRefusedInOneLine(t *testing.T) {
	f := open(t, t.TempDir())
	for _, name := range []string{
		"", ".", "..", "../a", "a/../b", "a/..", "/etc/passwd", "a//b", "a/", "./a", "\xff", "a\x00b", "a\nb", "a\x1b[2Jb",
		`a\b`, `..\a`, "C:a", "a:stream", "what?", "a*", "a|b", `"a"`, "<a>", "a.", "a ", "sub./a", "sub/...",
		"con", "NUL.txt", "sub/aux.c", "Com1", "lpt9.x", "com¹", "nul .txt", "CONIN$",
		".wire-0.part", ".WIRE-0.state", ".wire-x/a", strings.Repeat("x", 256),
	} {
		_, _, err := f.File(name)
		_, err2 := f.Begin(name)
		if !errors.Is(err, ErrName) || !errors.Is(err2, ErrName) || strings.ContainsAny(err.Error(), "\n\x1b") || len(err.Error()) > 300 {
			t.Errorf("%q: %v, %v", name, err, err2)
		}
	}
	for _, name := range []string{"a", ".hidden", "a b", "console", "com", "com10", "lpt", "aux-c", "ελ/世界.txt", "a.b.c", "-rf"} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestWalkTellsOfWhatItCannotGive(t *testing.T) {
	dir := t.TempDir()
	f := open(t, dir)
	for _, name := range []string{"a", "sub/b"} {
		begin(t, f, name, "x", 2).Keep() // parts are nobody's
		write(t, dir+"/"+name, name)
	}
	if err := os.Symlink("a", dir+"/link"); err != nil {
		t.Skip(err)
	}
	write(t, dir+"/sub/aux.c", "")
	var got []string
	err := f.Walk(".", func(name string, about fs.FileInfo, err error) error {
		if err != nil {
			name = fmt.Sprintf("(%.12v)", err)
		}
		got = append(got, name)
		return nil
	})
	if want := "a (link: it is ) (sub/aux.c: n) sub/b"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("%q, want %q, %v", got, want, err)
	}
	for _, name := range []string{"nosuch", "../sub", "sub/nosuch"} {
		if err := f.Walk(name, nil); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
