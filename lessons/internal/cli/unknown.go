package cli

import "fmt"

// An unknownName is a word that names nothing here.
type unknownName struct{ kind, name, next string }

func (u unknownName) Error() string  { return fmt.Sprintf("there is no %s %q", u.kind, u.name) }
func (u unknownName) Advice() string { return u.next }

// Unknown is the error for a name that is none of names. It suggests the nearest of them,
// and where none is near, otherwise.
func Unknown(kind, name string, names []string, otherwise string) error {
	nearest, least := "", len(name)/2+2
	for _, other := range names {
		if d := distance(name, other); d < least {
			nearest, least = other, d
		}
	}
	if nearest == "" {
		return unknownName{kind, name, otherwise}
	}
	return unknownName{kind, name, fmt.Sprintf("did you mean %s?", nearest)}
}

// distance is how many letters one has to add, remove or change (Levenshtein's).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0]++
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
