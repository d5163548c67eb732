package store

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestOnlyOneWritesAName(t *testing.T) {
	dir := t.TempDir()
	f, another := open(t, dir), open(t, dir) // whose lock is another one too, as in another process
	for _, second := range []*Folder{f, another} {
		p := begin(t, f, "sub/a", "hello", 12)
		if _, err := second.Begin("sub/a"); !errors.Is(err, ErrBusy) {
			t.Errorf("a second writer: %v", err)
		}
		p.Keep()
		p, err := second.Begin("sub/a")
		if err != nil {
			t.Fatalf("when the first is done: %v", err)
		}
		p.Discard()
		p.Discard() // nor does it take away what the next one writes
	}
}

func TestAPartThatWasKilledWithItsLastModeGoesOn(t *testing.T) {
	dir := t.TempDir()
	begin(t, open(t, dir), "a", "hello", 12).Keep()
	if err := os.Chmod(filepath.Join(dir, partName("a")), 0o444); err != nil {
		t.Fatal(err)
	}
	p, err := open(t, dir).Begin("a")
	if err != nil || p.Offset() != 5 {
		t.Fatal(err)
	}
	p.Discard()
}
