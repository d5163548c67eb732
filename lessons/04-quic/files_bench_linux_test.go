package main

import (
	"slices"
	"strings"
	"testing"

	"onthewire/lessons/internal/measure"
)

// make bench prints the table of bin/lesson4 files bench.
func BenchmarkFiles(b *testing.B) {
	b.Setenv("LESSON4", "yes") // the programs that it starts are this one
	if err := (filesBenchCommand{MiB: 1024, Rounds: 3}).Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}

func TestTheBenchSaysHowManyOfItsRowsMoveZeroes(t *testing.T) {
	b := &bench{folder: t.TempDir(), bytes: 1 << 20}
	c, err := b.comparison(throughputCommand{MiB: 1})
	if err != nil {
		t.Fatal(err)
	}
	zeroes := slices.IndexFunc(c.Rivals, func(r measure.Rival) bool { return r.Name == "files get" })
	if words := []string{"no", "one", "two", "three", "four", "five"}; !strings.HasPrefix(b.notes()[0], "The first "+words[zeroes]+" move zeroes") {
		t.Errorf("%d rows come before get, and it says %q", zeroes, b.notes()[0])
	}
}

func TestOnlyRootTellsRsyncWhoToBe(t *testing.T) {
	if text := rsyncd(1000, 1000, "/from"); strings.Contains(text, "id =") {
		t.Errorf("setgroups is refused to a user: %q", text)
	}
	if text := rsyncd(0, 0, "/from"); !strings.Contains(text, "uid = 0\ngid = 0\n[from]") {
		t.Errorf("root's daemon would be nobody: %q", text)
	}
}
