package waterfall

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Signs is what a drawing means, in a line.
const Signs = ".... waits for a connection   ──── has asked   ████ arrives"

const (
	namesAt = 5
	barsAt  = 14
	gap     = 2
)

// Draw draws loads of one page, side by side where so many columns have room for them, else
// one below the other. All have the same scale. sign is how long one sign of a bar is at least;
// Draw tells how long it has become.
func Draw(loads []Load, width int, sign time.Duration) (lines []string, scale time.Duration) {
	room := width - barsAt
	side := (room - gap*(len(loads)-1)) / len(loads)
	const least = 18 // signs that a picture needs
	if side >= least {
		room = side
	}
	for _, load := range loads {
		sign = max(sign, (load.Took+time.Duration(room)-1)/time.Duration(room))
	}
	var columns [][]string
	for _, load := range loads {
		columns = append(columns, column(load, sign))
	}
	names := []string{""}
	for _, file := range loads[0].Files {
		names = append(names, file.Name)
	}
	if side < least {
		for _, one := range columns {
			lines = append(lines, beside(names, [][]string{one}, room)...)
			lines = append(lines, "")
		}
		return lines[:len(lines)-1], sign
	}
	return beside(names, columns, room), sign
}

// column is the drawing of one load: its name, its bars, and the figures that explain it.
func column(load Load, sign time.Duration) []string {
	lines := []string{load.Protocol}
	for _, file := range load.Files {
		lines = append(lines, bar(file, sign))
	}
	connections := "1 connection"
	if load.Connections != 1 {
		connections = fmt.Sprintf("%d connections", load.Connections)
	}
	return append(lines, connections,
		fmt.Sprintf("%d + %d round trips", load.Ready, load.RoundTrips-load.Ready),
		fmt.Sprintf("%d ms", load.Took.Milliseconds()))
}

func bar(file File, sign time.Duration) string {
	at := func(t time.Duration) int { return int((t + sign/2) / sign) }
	end := max(at(file.Complete), at(file.Wanted)+1)
	first := min(at(file.First), end-1) // what comes at once is to be seen too
	asked := min(at(file.Asked), first)
	wanted := min(at(file.Wanted), asked)
	return strings.Repeat(" ", wanted) + strings.Repeat(".", asked-wanted) +
		strings.Repeat("─", first-asked) + strings.Repeat("█", end-first)
}

func beside(names []string, columns [][]string, room int) (lines []string) {
	for i := range columns[0] {
		name := ""
		if i < len(names) {
			name = names[i]
		}
		line := strings.Repeat(" ", namesAt) + pad(name, barsAt-namesAt)
		for _, column := range columns {
			line += pad(column[i], room+gap)
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

func pad(text string, size int) string {
	return text + strings.Repeat(" ", max(0, size-utf8.RuneCountInString(text)))
}
