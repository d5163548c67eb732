package measure

import (
	"fmt"
	"io"
	"strings"
)

const cell = 9 // columns of a terminal

// Write prints the medians, and under them their ratios, in ASCII: all in 80 columns of a
// terminal or, where it is narrow, the first half of them and then the other.
func (t *Table) Write(to io.Writer, narrow bool) {
	if !narrow {
		t.write(to, 0, len(t.Columns))
		return
	}
	half := (len(t.Columns) + 1) / 2
	t.write(to, 0, half)
	fmt.Fprintln(to)
	t.write(to, half, len(t.Columns))
}

// write prints the columns [from, end).
func (t *Table) write(to io.Writer, from, end int) {
	line := func(name string, show func(column int) string, spread string) {
		text := fmt.Sprintf("  %-12s", name)
		for i := from; i < end; i++ {
			text += fmt.Sprintf("%*s", cell, show(i))
			if i == t.Steady {
				text += fmt.Sprintf("%*s", cell-2, spread)
			}
		}
		fmt.Fprintln(to, strings.TrimRight(text, " "))
	}
	line("", func(i int) string { return t.Columns[i].Name }, "spread")
	for n, rival := range t.Rivals {
		if why, ok := t.absent[rival]; ok {
			if from == 0 {
				fmt.Fprintf(to, "  %-14s %s\n", rival, why)
			}
			continue
		}
		spread := known(Spread(t.Values(rival, t.Steady)), func(v float64) string { return fmt.Sprintf("%.0f %%", v*100) })
		line(rival, func(i int) string { return known(t.Median(rival, i), t.Columns[i].Show) }, spread)
		if n > 0 {
			line("", func(i int) string { return strings.TrimSuffix(known(t.Ratio(rival, i), times), "-") }, "")
		}
	}
}
