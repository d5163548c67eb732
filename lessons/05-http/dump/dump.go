// Package dump shows bytes in hex, beside what they say, a row for each line of a message.
package dump

import (
	"bytes"
	"fmt"
	"strings"
)

// A Row is some bytes that stand side by side. It ends behind a LF, as a line of HTTP/1.1 does.
type Row struct {
	At     int // the place of its first byte among all of them
	Bytes  []byte
	perRow int
}

// PerRow is how many bytes a row may have in so many columns: 16 or less. Beside a row there
// are other columns, such as a clock.
func PerRow(columns, other int) int { return min(max(4, (columns-other-3)/4), 16) }

// Rows cuts b into rows of perRow bytes or less. A row ends at each of the places, too, which
// are in order.
func Rows(b []byte, perRow int, places ...int) (rows []Row) {
	for at := 0; at < len(b); {
		end := min(at+perRow, len(b))
		if i := bytes.IndexByte(b[at:end], '\n'); i >= 0 {
			end = at + i + 1
		}
		for _, place := range places {
			if at < place && place < end {
				end = place
			}
		}
		rows = append(rows, Row{at, b[at:end], perRow})
		at = end
	}
	return rows
}

// String is the bytes in hex, and then as text.
func (r Row) String() string {
	return fmt.Sprintf("%-*s  %s", 3*r.perRow-1, fmt.Sprintf("% x", r.Bytes), Text(r.Bytes))
}

// Text writes the bytes as text, and what nobody could see as Go does: \r, \n, \x00.
func Text(b []byte) string {
	var text strings.Builder
	for _, c := range b {
		switch {
		case c == '\r':
			text.WriteString(`\r`)
		case c == '\n':
			text.WriteString(`\n`)
		case c == '\\':
			text.WriteString(`\\`)
		case c < ' ' || c > '~':
			fmt.Fprintf(&text, `\x%02x`, c)
		default:
			text.WriteByte(c)
		}
	}
	return text.String()
}
