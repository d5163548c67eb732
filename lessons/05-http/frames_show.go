package main

import (
	"fmt"
	"slices"
	"strings"

	"onthewire/lessons/05-http/frames"
	"onthewire/lessons/internal/stage"
)

// A conversation shows frames, each in a line, or in several where it says more.
type conversation struct {
	*stage.Stage
	titled bool
}

const (
	widestShow    = 78
	saysColumn    = 36 // where what a frame says begins
	sectionColumn = 6  // how many columns the section has, at the right, where they are
)

func (c *conversation) frame(f frames.Frame) {
	if !c.titled {
		c.row("from", "frame", "on", "bytes", "what is in it", "RFC 9113")
		c.titled = true
	}
	on := fmt.Sprint(f.Stream)
	if f.Type == frames.Preface {
		on = ""
	}
	width := widestShow - saysColumn - sectionColumn
	if c.narrow() {
		width = max(24, c.Width()-saysColumn)
	}
	says := slices.Concat(f.Flags, f.Says)
	for i := range len(says) - 1 {
		says[i] += ","
	}
	lines := packed(says, width)
	c.row(f.From.String(), f.Type, on, fmt.Sprint(f.Length), lines[0], f.Section)
	for _, line := range lines[1:] {
		c.row("", "", "", "", line, "")
	}
}

func (c *conversation) narrow() bool { return c.Width() < widestShow }

func (c *conversation) row(from, kind, on, bytes, says, section string) {
	line := fmt.Sprintf("  %-8s%-14s%3s%7s  %s", from, kind, on, bytes, says)
	if section != "" && !c.narrow() {
		line += fmt.Sprintf("%*s", widestShow-len(line), section)
	}
	c.Line("%s", strings.TrimRight(line, " "))
}

// packed puts as many parts into a line as it takes. One that is longer has several.
func packed(parts []string, width int) (lines []string) {
	line := ""
	for _, part := range parts {
		if line != "" && len(line)+1+len(part) > width {
			lines, line = append(lines, line), ""
		}
		if line != "" {
			line += " "
		}
		line += part
		for len(line) > width {
			lines, line = append(lines, line[:width]), line[width:]
		}
	}
	return append(lines, line)
}
