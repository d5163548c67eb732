package measure

import (
	"fmt"
	"math"
	"slices"
)

// A Column is one property that is measured of every rival.
type Column struct {
	Name string // at most 8 letters
	Key  string // in JSON
	More bool   // is better
	Show func(float64) string
}

// A Table holds what was measured of several rivals, round by round. The first of them is
// what the others are compared with. What is not known is NaN.
type Table struct {
	Columns []Column
	Rivals  []string
	Steady  int // the column whose spread is shown

	rounds map[string][][]float64
	absent map[string]string
}

// Add keeps the values of one rival in one round, a value for each column.
func (t *Table) Add(rival string, values ...float64) {
	if t.rounds == nil {
		t.rounds = make(map[string][][]float64)
	}
	t.rounds[rival] = append(t.rounds[rival], values)
}

// Drop leaves a rival out, and says why.
func (t *Table) Drop(rival, why string) {
	if t.absent == nil {
		t.absent = make(map[string]string)
	}
	delete(t.rounds, rival)
	t.absent[rival] = why
}

// Dropped is why a rival was left out, if it was.
func (t *Table) Dropped(rival string) string { return t.absent[rival] }

// Values are what was measured of a rival in one column.
func (t *Table) Values(rival string, column int) (values []float64) {
	for _, round := range t.rounds[rival] {
		if !math.IsNaN(round[column]) {
			values = append(values, round[column])
		}
	}
	return values
}

// Median is the middle of these values.
func (t *Table) Median(rival string, column int) float64 { return Median(t.Values(rival, column)) }

// Ratio is how a rival's median compares with that of the first.
func (t *Table) Ratio(rival string, column int) float64 {
	return t.Median(rival, column) / t.Median(t.Rivals[0], column)
}

// Ahead are the columns in which a rival was better than another one in every round: its
// worst value beats the other's best.
func (t *Table) Ahead(rival, other string) (columns []Column) {
	for i, column := range t.Columns {
		a, b := t.Values(rival, i), t.Values(other, i)
		if len(a) == 0 || len(b) == 0 {
			continue
		}
		if column.More && slices.Min(a) > slices.Max(b) || !column.More && slices.Max(a) < slices.Min(b) {
			columns = append(columns, column)
		}
	}
	return columns
}

// times writes a ratio with two digits that count.
func times(ratio float64) string {
	switch {
	case ratio >= 100:
		return fmt.Sprintf("x%.0f", ratio)
	case ratio >= 10:
		return fmt.Sprintf("x%.1f", ratio)
	}
	return fmt.Sprintf("x%.2f", ratio)
}

func known(value float64, show func(float64) string) string {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return "-"
	}
	return show(value)
}

// Row is one rival as a program reads it. What is not known is left out.
type Row struct {
	Name    string             `json:"name"`
	Skipped string             `json:"skipped,omitempty"`
	Rounds  int                `json:"rounds"`
	Median  map[string]float64 `json:"median,omitempty"`
	Spread  map[string]float64 `json:"spread,omitempty"`
	Ratio   map[string]float64 `json:"ratio,omitempty"`
}

// Rows is the table for encoding/json.
func (t *Table) Rows() (rows []Row) {
	for _, rival := range t.Rivals {
		row := Row{Name: rival, Skipped: t.absent[rival], Rounds: len(t.rounds[rival]),
			Median: map[string]float64{}, Spread: map[string]float64{}, Ratio: map[string]float64{}}
		for i, column := range t.Columns {
			put := func(into map[string]float64, value float64) {
				if !math.IsNaN(value) && !math.IsInf(value, 0) {
					into[column.Key] = value
				}
			}
			put(row.Median, t.Median(rival, i))
			put(row.Spread, Spread(t.Values(rival, i)))
			put(row.Ratio, t.Ratio(rival, i))
		}
		rows = append(rows, row)
	}
	return rows
}
