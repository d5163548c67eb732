package measure

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// A Rival is one of those that are compared.
type Rival struct {
	Name string

	// Turn does the work once, under a setting, and returns a figure for each column; NaN is
	// one that is not known. After an error the rival has no more turns under this setting,
	// and the table gives the error in place of its figures.
	Turn func(ctx context.Context, setting string) ([]float64, error)
}

// A Setting is the same for all rivals: a load, a delay, a size.
type Setting struct {
	Key  string // which a Turn is told, and JSON tells
	Name string // the table's title
}

// A Comparison gives each rival its turn, in each round, under each setting. The first rival
// is what the others are compared with. It prints nothing.
type Comparison struct {
	Rivals   []Rival
	Settings []Setting
	Rounds   int
	Columns  []Column
	Steady   int // the column whose spread is shown, and watched

	Progress func(format string, args ...any) // what is going on, and how long still; may be nil
	Done     func(Result)                     // told of each setting when it is over; may be nil

	results     []Result
	turns, left int
	begun       time.Time
}

// A Result is what was measured under one setting, perhaps of fewer rounds than were asked for.
type Result struct {
	Setting
	*Table
}

// Run measures. When ctx is done, it returns ctx.Err() at once; what was measured until then
// is among the Results.
func (c *Comparison) Run(ctx context.Context) error {
	c.results, c.turns, c.begun = nil, 0, time.Now()
	c.left = len(c.Settings) * c.Rounds * len(c.Rivals)
	for _, setting := range c.Settings {
		table := &Table{Columns: c.Columns, Steady: c.Steady}
		for _, rival := range c.Rivals {
			table.Rivals = append(table.Rivals, rival.Name)
		}
		result := Result{setting, table}
		err := c.rounds(ctx, result)
		if err == nil || table.rounds != nil {
			c.results = append(c.results, result)
			if c.Done != nil {
				c.Done(result)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *Comparison) rounds(ctx context.Context, at Result) error {
	for round := range c.Rounds {
		for _, rival := range Rotated(c.Rivals, round) {
			c.left--
			if at.Dropped(rival.Name) != "" {
				continue
			}
			if c.Progress != nil {
				c.Progress("%s: round %d of %d, %s%s", at.Name, round+1, c.Rounds, rival.Name, c.timeLeft())
			}
			figures, err := rival.Turn(ctx, at.Key)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				at.Drop(rival.Name, err.Error())
			default:
				at.Add(rival.Name, figures...)
				c.turns++
			}
		}
	}
	return nil
}

// timeLeft supposes that the turns to come take as long as those that were.
func (c *Comparison) timeLeft() string {
	if c.turns == 0 {
		return ""
	}
	each := time.Since(c.begun) / time.Duration(c.turns)
	return "; " + Roughly(each*time.Duration(c.left+1)) + " left"
}

// Results are what was measured so far, a setting each.
func (c *Comparison) Results() []Result { return c.results }

// Findings are sentences about the results: who won every round against the first, and
// whether the first itself was steady enough for that to mean something.
func (c *Comparison) Findings() (says []string) {
	if len(c.Rivals) == 0 {
		return nil
	}
	first := c.Rivals[0].Name
	for _, other := range c.Rivals[1:] {
		says = append(says, c.ahead(first, other.Name))
	}
	unsteady, most := "", 0.0
	for _, r := range c.results {
		values := r.Values(first, c.Steady)
		if spread := Spread(values); spread > most {
			unsteady, most = Unsteady(c.Columns[c.Steady].Name+" of "+first+" at "+r.Name, values), spread
		}
	}
	if unsteady != "" {
		says = append(says, unsteady)
	}
	return says
}

func (c *Comparison) ahead(first, other string) string {
	var where []string
	for _, r := range c.results {
		var names []string
		for _, column := range r.Ahead(first, other) {
			names = append(names, column.Name)
		}
		if names != nil {
			where = append(where, fmt.Sprintf("%s (%s)", r.Name, strings.Join(names, ", ")))
		}
	}
	if where == nil {
		where = []string{"none"}
	}
	return fmt.Sprintf("Every round won by %s against %s: %s.", first, other, strings.Join(where, "; "))
}

// Roughly is a time as one would say it.
func Roughly(d time.Duration) string {
	n := int((d + time.Second - 1) / time.Second)
	switch {
	case n == 1:
		return "1 second"
	case n < 90:
		return fmt.Sprintf("%d seconds", n)
	}
	return fmt.Sprintf("%.0f minutes", d.Minutes())
}
