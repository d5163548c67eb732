package captures

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"onthewire/lessons/06-pitfalls/all"
	"onthewire/lessons/06-pitfalls/pitfall"
	"onthewire/lessons/internal/exercise"
)

func TestThreeFaultsAreReadFromWhatWasCaptured(t *testing.T) {
	exercise.Check(t, func() error {
		a, b, c := findings()
		for _, of := range []struct {
			file  string
			said  Finding
			is    string
			lines []int // each of which proves it
		}{
			{"captures/a.txt", a, "register", []int{12, 18}},
			{"captures/b.txt", b, "eagain", []int{11}},
			{"captures/c.txt", c, "close", []int{10}},
		} {
			if err := judge(of.file, of.said, of.is, of.lines); err != nil {
				return err
			}
		}
		return nil
	})
}

func judge(file string, said Finding, is string, lines []int) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if said.Pitfall != is {
		i := slices.IndexFunc(all.Pitfalls(), func(p pitfall.Pitfall) bool { return p.Name == said.Pitfall })
		if i < 0 {
			return fmt.Errorf("%s: no pitfall of this system has the name %q, see lesson6 list", file, said.Pitfall)
		}
		look := all.Pitfalls()[i].Diagnose[0]
		return fmt.Errorf("%s does not show %s: there %s would show %s", file, said.Pitfall, look[0], look[1])
	}
	rows := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if said.Line < 1 || said.Line > len(rows) {
		return fmt.Errorf("%s has lines 1 to %d, and no line %d", file, len(rows), said.Line)
	}
	if !slices.Contains(lines, said.Line) {
		return fmt.Errorf("%s: that is its fault, and line %d alone does not prove it: %.60s", file, said.Line, rows[said.Line-1])
	}
	return nil
}
