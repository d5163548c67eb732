package measure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestEachBeginsOneOfTheRounds(t *testing.T) {
	var got []string
	for round := range 4 {
		got = append(got, strings.Join(Rotated([]string{"a", "b", "c"}, round), ""))
	}
	if diff := cmp.Diff([]string{"abc", "bca", "cab", "abc"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(Rotated([]int(nil), 5)) != 0 {
		t.Error("nobody, rotated, is somebody")
	}
}

func TestTheMedianIsInTheMiddle(t *testing.T) {
	for _, test := range []struct {
		of   []float64
		want float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1}, 5},
		{[]float64{100, 1, 2}, 2},
		{[]float64{4, 1, 3, 2}, 2.5},
	} {
		before := fmt.Sprint(test.of)
		if got := Median(test.of); got != test.want {
			t.Errorf("of %v: %v, want %v", test.of, got, test.want)
		}
		if fmt.Sprint(test.of) != before {
			t.Errorf("%s has become %v", before, test.of)
		}
	}
	if !math.IsNaN(Median(nil)) {
		t.Error("the median of nothing is known")
	}
}

func TestTheSpreadIsAShareOfTheMedian(t *testing.T) {
	if got := Spread([]float64{10, 9, 12}); got != 0.3 {
		t.Errorf("%v, want 0.3", got)
	}
	if !math.IsNaN(Spread([]float64{10})) || !math.IsNaN(Spread([]float64{0, 0})) {
		t.Error("one value, or values around 0, have a spread")
	}
}

func TestOnlyABusyMachineIsComplainedAbout(t *testing.T) {
	quiet, loud := Others{CPU: 0}, Others{CPU: 1}
	begun := time.Now()
	quiet.Add(Look{at: begun}, Look{at: begun.Add(time.Second), CPU: 90 * time.Millisecond, busy: 100 * time.Millisecond})
	if line := Noise(quiet, quiet); line != "" {
		t.Errorf("1 %% of a CPU: %s", line)
	}
	loud.Add(Look{at: begun}, Look{at: begun.Add(time.Second), CPU: 100 * time.Millisecond, busy: 480 * time.Millisecond})
	want := "The machine was busy with other work: 38 % of CPU 1. Run again when it is quiet."
	if line := Noise(quiet, loud); line != want {
		t.Errorf("%q, want %q", line, want)
	}
	if line := Unsteady("CPU/msg", []float64{100, 95, 104}); line != "" {
		t.Errorf("a spread of 9 %%: %s", line)
	}
	if line := Unsteady("CPU/msg", []float64{100, 80, 104}); !strings.HasPrefix(line, "CPU/msg differs by 24 % from round to round") {
		t.Errorf("a spread of 24 %%: %q", line)
	}
}

// race is a table of two rivals and one that was left out.
func race() *Table {
	whole := func(v float64) string { return fmt.Sprint(int(v)) }
	table := &Table{
		Columns: []Column{{Name: "msgs/s", Key: "per_second", More: true, Show: whole}, {Name: "p99", Key: "p99", Show: whole}},
		Rivals:  []string{"first", "second", "third"},
		Steady:  1,
	}
	table.Add("first", 100, 10)
	table.Add("first", 110, 12)
	table.Add("second", 210, 11)
	table.Add("second", 210, math.NaN())
	table.Drop("third", "not today")
	return table
}

func TestATableShowsMediansAndRatios(t *testing.T) {
	var got strings.Builder
	race().Write(&got, false)
	want := `                 msgs/s      p99 spread
  first             105       11   18 %
  second            210       11      -
                  x2.00    x1.00
  third          not today
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestATableOfANarrowTerminalHasTwoParts(t *testing.T) {
	var got strings.Builder
	race().Write(&got, true)
	want := `                 msgs/s
  first             105
  second            210
                  x2.00
  third          not today

                    p99 spread
  first              11   18 %
  second             11      -
                  x1.00
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestOnlyWhoWinsEveryRoundIsAhead(t *testing.T) {
	table := race()
	if ahead := table.Ahead("second", "first"); len(ahead) != 1 || ahead[0].Name != "msgs/s" {
		t.Errorf("the second is ahead in %v, want msgs/s: its p99 lies between two of the first", ahead)
	}
	if ahead := table.Ahead("first", "second"); len(ahead) != 0 {
		t.Errorf("the first is ahead in %v", ahead)
	}
	if ahead := table.Ahead("first", "third"); len(ahead) != 0 {
		t.Errorf("the first is ahead of one that did not run in %v", ahead)
	}
}

func TestARowLeavesOutWhatIsNotKnown(t *testing.T) {
	rows, err := json.Marshal(race().Rows())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		`"name":"first","rounds":2,"median":{"p99":11,"per_second":105}`,
		`"name":"second","rounds":2,"median":{"p99":11,"per_second":210},"spread":{"per_second":0},"ratio":{"p99":1,"per_second":2}`,
		`{"name":"third","skipped":"not today","rounds":0}`,
	} {
		if !bytes.Contains(rows, []byte(part)) {
			t.Errorf("no %s in\n%s", part, rows)
		}
	}
}
