package cli

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// Progress tells a waiting person how far long work has come, on one line that each call
// writes over. It says nothing where standard error is no terminal.
func Progress(format string, args ...any) {
	if term.IsTerminal(int(os.Stderr.Fd())) {
		fmt.Fprintf(os.Stderr, "\r\x1b[K"+format, args...)
	}
}

// ProgressDone wipes that line away, before other words are printed.
func ProgressDone() { Progress("") }
