package main

import "testing"

// make bench prints the table of bin/lesson4 files bench.
func BenchmarkFiles(b *testing.B) {
	b.Setenv("LESSON4", "yes") // the programs that it starts are this one
	if err := (filesBenchCommand{MiB: 1024, Rounds: 3}).Run(b.Context()); err != nil {
		b.Fatal(err)
	}
}
