package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"slices"

	"onthewire/lessons/03-udp-broadcast/table"
	"onthewire/lessons/internal/experiment"
	"onthewire/lessons/internal/lab"
	"onthewire/lessons/internal/stage"
)

type tableCommand struct{}

// Run prints three tables. What the loopback cannot carry is tried between two hosts.
func (tableCommand) Run() error {
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
		printTable(whole)
	}
	last := places[len(places)-1]
	groups := slices.DeleteFunc(slices.Clone(last.Destinations), func(a netip.Addr) bool { return !a.IsMulticast() })
	t, err := table.Groups(last, groups...)
	if err != nil {
		return err
	}
	printTable(t)
	if unavailable {
		stage.New(os.Stdout).Say("Two hosts cannot be had here, so all of it was tried on lo: %v; %s.", no, no.Advice())
	}
	return nil
}

// printTable prints a table in 80 columns.
func printTable(t table.Table) {
	const first, other = 33, 16
	text := fmt.Sprintf("\n  %-*s", first, t.Corner)
	for _, column := range t.Columns {
		text += fmt.Sprintf("%-*s", other, column)
	}
	fmt.Println(text)
	for _, row := range t.Rows {
		text := fmt.Sprintf("  %-*s", first, row.Name+" ("+row.Where+")")
		for _, cell := range row.Cells {
			text += fmt.Sprintf("%-*s", other, cell)
		}
		fmt.Println(text)
	}
}
