package measure

import (
	"fmt"
	"strings"
	"time"

	"onthewire/lessons/internal/stage"
)

// Whole, Micros and Precise are for Column.Show. They write plain ASCII, so that the columns
// are the same everywhere.

// Whole writes a number with a comma at each thousand.
func Whole(v float64) string { return stage.Number(int(v)) }

// Micros writes microseconds in two digits and the unit that suits them.
func Micros(us float64) string { return ASCIITime(time.Duration(us * 1e3)) }

// Precise writes microseconds for telling rivals apart: three digits, all in one unit.
func Precise(us float64) string { return strings.TrimSuffix(fmt.Sprintf("%#.3g", us), ".") + " us" }

// ASCIITime is stage.Time in plain ASCII.
func ASCIITime(d time.Duration) string { return strings.Replace(stage.Time(d), "µ", "u", 1) }
