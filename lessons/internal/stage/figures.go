package stage

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// Number writes n with a comma at each thousand.
func Number[N ~int | ~int64](n N) string {
	digits := fmt.Sprint(n)
	var out strings.Builder
	for i, d := range digits {
		if left := len(digits) - i; i > 0 && left%3 == 0 && digits[i-1] != '-' {
			out.WriteByte(',')
		}
		out.WriteRune(d)
	}
	return out.String()
}

// Count writes n as a sentence would: a hundred, a thousand, else its digits.
func Count(n int) string {
	switch n {
	case 100:
		return "a hundred"
	case 1000:
		return "a thousand"
	}
	return Number(n)
}

// Time writes a duration in two digits and one unit: 28 µs, 1.5 s.
func Time(d time.Duration) string {
	unit, name := time.Nanosecond, "ns"
	switch {
	case d >= time.Second:
		unit, name = time.Second, "s"
	case d >= time.Millisecond:
		unit, name = time.Millisecond, "ms"
	case d >= time.Microsecond:
		unit, name = time.Microsecond, "µs"
	}
	value := float64(d) / float64(unit)
	if value < 9.95 && unit > time.Nanosecond {
		return fmt.Sprintf("%.1f %s", value, name)
	}
	return fmt.Sprintf("%.0f %s", math.Round(value), name)
}
