//go:build !linux

package table

import (
	"net/netip"

	"onthewire/lessons/internal/experiment"
)

// What decides who hears is each system's own, so the tables ask Linux.
var errOther = &experiment.Unavailable{Why: "these tables ask Linux", Remedy: "run it there"}

func Filter(Place) (Table, error)                { return Table{}, errOther }
func Shared(Place) (Table, error)                { return Table{}, errOther }
func Groups(Place, ...netip.Addr) (Table, error) { return Table{}, errOther }
