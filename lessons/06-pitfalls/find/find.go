// Package find leads from what a program says to the mistakes that make it say so. It reads in this
// order: find.go how, entry.go where, tcp.go, udp.go and http.go what other lessons show.
package find

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// A Match is a mistake, and the message of it that the text has.
type Match struct {
	Entry
	Said string
	same int // how many letters the two have in common
}

// An Index is of mistakes, by their messages.
type Index struct {
	entries []Entry
	plain   [][]string // the messages of each
}

// New makes an index of entries.
func New(entries []Entry) Index {
	x := Index{entries, make([][]string, len(entries))}
	for i, e := range entries {
		for _, message := range e.Messages {
			x.plain[i] = append(x.plain[i], plain(message))
		}
	}
	return x
}

// Find returns the mistakes of which text may speak, best first. A mistake matches if one of its
// messages stands in the text, or the text in one of them, and the longest is the best. Where
// several are as good, programs say the same of all of them, and what one sees at Look tells them
// apart.
func (x Index) Find(text string) (all []Match) {
	text = plain(text)
	for i, e := range x.entries {
		best := Match{Entry: e}
		for j, message := range x.plain[i] {
			if n := common(text, message); n > best.same {
				best.Said, best.same = e.Messages[j], n
			}
		}
		if best.same > 0 {
			all = append(all, best)
		}
	}
	slices.SortStableFunc(all, func(a, b Match) int { return cmp.Compare(b.same, a.same) })
	return all
}

// Best are those of the matches that are as good as the first.
func Best(all []Match) []Match {
	end := slices.IndexFunc(all, func(m Match) bool { return m.same < all[0].same })
	if end < 0 {
		return all
	}
	return all[:end]
}

// common is the length of the shorter one if it stands in the other, word by word.
func common(a, b string) int {
	if len(a) > len(b) {
		a, b = b, a
	}
	if a == "" || !strings.Contains(" "+b+" ", " "+a+" ") {
		return 0
	}
	return len(a)
}

// What differs from one machine, or one minute, to the next.
var (
	own = regexp.MustCompile(`(?i)` + strings.Join([]string{
		`'(\\x[0-9a-f]{2}|\\?.)'`,                             // a letter of somebody's
		`https?://[^\s"'\\]+`,                                 // a URL
		`\d{4}[-/]\d\d[-/]\d\d`,                               // a date
		`\d\d:\d\d:\d\d([.,]\d+)?`,                            // a time
		`\[[0-9a-fA-F:.%]*\]:\d+`,                             // an address of IPv6, and its port
		`\b\d+\.\d+\.\d+\.\d+([:#]\d+)?`,                      // one of IPv4
		`\b[\w-]+(\.[\w-]+)*:\d+\b`,                           // a host and its port
		`\b\d+(\.\d+)?\s?(ns|µs|us|ms|s|m|h|sec|min)\b`,       // how long
		`\b\d+(\.\d+)?\s(milliseconds|seconds|minutes|hours)`, // the same, in words
	}, "|"))
	rusts = regexp.MustCompile(`Os \{ code: (\d+), kind: \w+, message: \\?"([^"\\]*)\\?" \}`) // {:?} of std::io::Error; {} is shorter
	word  = regexp.MustCompile(`[A-Za-z0-9_]+`)                                               // programs say it in English, also in a text that is not
)

// plain is what is left of a message without that: its words, in small letters.
func plain(message string) string {
	message = rusts.ReplaceAllString(message, "$2 (os error $1)")
	return strings.ToLower(strings.Join(word.FindAllString(own.ReplaceAllString(message, " "), -1), " "))
}
