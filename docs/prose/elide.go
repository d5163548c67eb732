package prose

import (
	"fmt"
	"slices"
	"strings"
)

// refill brings a block up to date. Without a line that is only … it becomes all of now.
// Such lines cut it into pieces, and a piece shows as many lines as before, from the line
// on that reads like its first, behind the piece before it. A last piece without … under
// it begins at the last such line, and runs to the end. read says what reads alike.
//
// It returns the lines, and where in now the first and the last of them stand; -1 is
// nowhere.
func refill(old, now []string, read func(string) string) (shown []string, first, last int, err error) {
	if !slices.ContainsFunc(old, gap) {
		return now, 0, len(now) - 1, nil
	}
	first, last = -1, -1
	for len(old) > 0 {
		if gap(old[0]) {
			shown, old = append(shown, old[0]), old[1:]
			continue
		}
		n := slices.IndexFunc(old, gap)
		final := n < 0
		if final {
			n = len(old)
		}
		rest := now[last+1:]
		from := find(rest, old[0], final, read)
		if from < 0 {
			return nil, 0, 0, fmt.Errorf("the line %q is no longer in", strings.TrimSpace(old[0]))
		}
		to := min(from+n, len(rest))
		if final {
			to = len(rest)
		}
		shown = append(shown, rest[from:to]...)
		if first < 0 {
			first = from
		}
		last += to
		old = old[n:]
	}
	return shown, first, last, nil
}

func gap(line string) bool { return strings.TrimSpace(line) == "…" }

// find finds the first or the last line that is the same, or else reads the same.
func find(lines []string, line string, last bool, read func(string) string) int {
	exact := func(line string) string { return line }
	for _, read := range []func(string) string{exact, read} {
		found := -1
		for i := range lines {
			if read(lines[i]) == read(line) && (last || found < 0) {
				found = i
			}
		}
		if found >= 0 {
			return found
		}
	}
	return -1
}

// spaced reads lines of code: alike if they differ in spaces alone.
func spaced(line string) string { return strings.Join(strings.Fields(line), " ") }
