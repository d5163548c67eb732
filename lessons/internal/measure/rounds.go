package measure

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// Rotated is the order of a round. Whoever comes first in a round is slower, because it
// finds the machine cold, so another one begins each time.
func Rotated[T any](all []T, round int) []T {
	if len(all) == 0 {
		return nil
	}
	first := round % len(all)
	return slices.Concat(all[first:], all[:first])
}

// Median is the value in the middle, or between the two in the middle; of none it is NaN.
func Median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

// Spread is how far apart the least and the greatest are, as a share of the median. Of
// fewer than two values, or around 0, it is NaN.
func Spread(values []float64) float64 {
	if len(values) < 2 || Median(values) == 0 {
		return math.NaN()
	}
	return (slices.Max(values) - slices.Min(values)) / Median(values)
}

// A Look is what a process and its CPU had used at a moment.
type Look struct {
	CPU   time.Duration // of the process
	Known bool          // this system tells

	at   time.Time
	busy time.Duration
}

// LookAt looks at a process that was started on a CPU.
func LookAt(pid, cpu int) Look {
	l := Look{at: time.Now()}
	l.CPU, l.Known = CPU(pid)
	l.busy, _ = busy(cpu)
	return l
}

// Others adds up what other programs take of a CPU on which we measure.
type Others struct {
	CPU      int
	used, of time.Duration
}

// Add counts the time between two looks.
func (o *Others) Add(before, after Look) {
	o.used += max(0, (after.busy-before.busy)-(after.CPU-before.CPU))
	o.of += after.at.Sub(before.at)
}

// Share is the part of the time that others had, from 0 to 1.
func (o *Others) Share() float64 {
	if o.of <= 0 {
		return 0
	}
	return min(1, float64(o.used)/float64(o.of))
}

const muchNoise = 0.10 // above, figures say more about the neighbours than about a server

// Noise is a sentence about CPUs that were too busy to measure on, or nothing.
func Noise(cpus ...Others) string {
	var loud []string
	for _, c := range cpus {
		if c.Share() >= muchNoise {
			loud = append(loud, fmt.Sprintf("%.0f %% of CPU %d", c.Share()*100, c.CPU))
		}
	}
	if loud == nil {
		return ""
	}
	return "The machine was busy with other work: " + strings.Join(loud, ", ") + ". Run again when it is quiet."
}

// Unsteady is a sentence about values that differ too much from round to round, or nothing.
func Unsteady(what string, values []float64) string {
	if spread := Spread(values); spread >= 2*muchNoise {
		return fmt.Sprintf("%s differs by %.0f %% from round to round: smaller differences mean nothing. Run again when the machine is quiet, or with more rounds.",
			what, spread*100)
	}
	return ""
}
