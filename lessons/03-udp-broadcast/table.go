package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strings"

	"onthewire/lessons/03-udp-broadcast/table"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type tableCommand struct{}

// Run prints three tables. What the loopback cannot carry is tried between two hosts.
func (tableCommand) Run() error {
	show := stage.New(os.Stdout)
	missing := lab.Enter()
	places := []table.Place{table.Loopback()}
	segment, err := lab.OpenSegment(2)
	if err == nil {
		defer segment.Close()
		places = append(places, table.Between(segment.Hosts[0], segment.Hosts[1]))
	}
	no, unavailable := errors.AsType[*experiment.Unavailable](errors.Join(missing, err))
	if err != nil && !unavailable {
		return err
	}
	for _, fill := range []func(table.Place) (table.Table, error){table.Filter, table.Shared} {
		var whole table.Table
		for _, p := range places {
			t, err := fill(p)
			if err != nil {
				return err
			}
			t.Rows = append(whole.Rows, t.Rows...)
			whole = t
		}
		printTable(show, whole)
	}
	last := places[len(places)-1]
	groups := slices.DeleteFunc(slices.Clone(last.Destinations), func(a netip.Addr) bool { return !a.IsMulticast() })
	t, err := table.Groups(last, groups...)
	if err != nil {
		return err
	}
	printTable(show, t)
	if unavailable {
		show.Say("Two hosts cannot be had here, so all of it was tried on lo: %v; %s.", no, no.Advice())
	}
	return nil
}

// printTable prints a table, each column as wide as its widest cell, in 60 columns if need be.
func printTable(show *stage.Stage, t table.Table) {
	lines := [][]string{append([]string{t.Corner}, t.Columns...)}
	for _, row := range t.Rows {
		name := row.Name
		if row.Where != "" {
			name += " (" + row.Where + ")"
		}
		lines = append(lines, append([]string{name}, row.Cells...))
	}
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], len(cell))
		}
	}
	gap := "  "
	if show.Narrow() {
		gap = " "
	}
	show.Line("")
	for _, line := range lines {
		text := ""
		for i, cell := range line {
			text += fmt.Sprintf("%s%-*s", gap, widths[i], cell)
		}
		show.Line("%s", strings.TrimRight(text, " "))
	}
}
