package ladder

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// margin is what the time of one end needs, and the rail beside it.
const margin = 8

// Draw draws the ladder in so many columns, 60 at least. Left of it
// stands the client's time, right of it the server's, in milliseconds.
func Draw(rows []Row, width int) []string {
	d := drawing{inner: width - 2*margin}
	d.lines = append(d.lines, "    ms  client"+strings.Repeat(" ", d.inner-12)+"server  ms")
	for _, r := range rows {
		if r.Note != "" {
			d.text(r, "* "+r.Note, r.Time)
			continue
		}
		d.arrow(r)
		for _, p := range r.Packets {
			for i, frame := range p.Frames {
				if len(r.Packets) > 1 && i == 0 {
					frame = p.Name() + ", " + frame
				}
				d.text(r, "  "+frame, -1)
			}
		}
	}
	return d.lines
}

type drawing struct {
	inner int // columns between the rails
	lines []string
}

// rung adds a line. A time below 0 is not shown.
func (d *drawing) rung(client time.Duration, text string, server time.Duration) {
	line := fmt.Sprintf("%6s │%s│ %s", millis(client), text, strings.TrimSpace(millis(server)))
	d.lines = append(d.lines, strings.TrimRight(line, " "))
}

func millis(d time.Duration) string {
	if d < 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", d.Seconds()*1000)
}

// arrow is the datagram itself, with what both ends call it.
func (d *drawing) arrow(r Row) {
	label := fmt.Sprintf(" #%d: %d packets, %d bytes ", r.Nth, len(r.Packets), r.Size)
	if len(r.Packets) == 1 {
		label = fmt.Sprintf(" #%d: %s, %d bytes ", r.Nth, r.Packets[0].Name(), r.Size)
	}
	arrived := r.Arrived
	if arrived == 0 {
		arrived = -1
	}
	shaft := d.inner - length(label) - 2
	switch {
	case r.FromClient && r.Lost:
		d.rung(r.Time, pad("─"+label+strings.Repeat("─", shaft/2)+"× lost", d.inner), -1)
	case r.FromClient:
		d.rung(r.Time, "─"+label+strings.Repeat("─", shaft)+"▶", arrived)
	case r.Lost:
		text := "lost ×" + strings.Repeat("─", shaft/2) + label + "─"
		d.rung(-1, strings.Repeat(" ", d.inner-length(text))+text, r.Time)
	default:
		d.rung(arrived, "◀"+strings.Repeat("─", shaft)+label+"─", r.Time)
	}
}

// text is about one end, and stands at its side, in as many lines as it needs.
func (d *drawing) text(r Row, text string, at time.Duration) {
	for _, line := range fold(text, d.inner-2) {
		client, server, gap := at, time.Duration(-1), strings.Repeat(" ", d.inner-2-length(line))
		if r.FromClient {
			d.rung(client, " "+line+gap+" ", server)
		} else {
			d.rung(server, " "+gap+line+" ", client)
		}
		at = -1
	}
}

// fold breaks text at its spaces. What follows the first line is indented more.
func fold(text string, width int) (lines []string) {
	for length(text) > width {
		cut := strings.LastIndex(text[:width+1], " ")
		if strings.TrimSpace(text[:max(cut, 0)]) == "" {
			cut = width
		}
		lines = append(lines, text[:cut])
		text = "    " + strings.TrimSpace(text[cut:])
	}
	return append(lines, text)
}

func length(text string) int { return utf8.RuneCountInString(text) }

func pad(text string, size int) string {
	return text + strings.Repeat(" ", max(0, size-length(text)))
}
