//go:build linux || darwin || dragonfly || freebsd || netbsd || openbsd

package main

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestWhatIsPrintedFitsInANarrowTerminal(t *testing.T) {
	address := started(t, lesson1("serve", "--addr", "127.0.0.1:0"))
	for _, words := range []string{
		"demo --clients 40",
		"load --for 50ms --addr " + address,
		"compare --engines loop,tiny --settings 1,16k --rounds 1 --for 50ms",
	} {
		cmd := lesson1(strings.Fields(words)...)
		cmd.Env = append(cmd.Env, "COLUMNS=60")
		out, said, status := outcome(cmd)
		if status != 0 {
			t.Fatalf("%s: status %d\n%s", words, status, said)
		}
		fits(t, 60, out)
	}
}

func fits(t *testing.T, columns int, out string) {
	t.Helper()
	for line := range strings.Lines(out) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > columns {
			t.Errorf("a line of %d columns, want at most %d: %s", n, columns, line)
		}
	}
}
