package picture

import (
	"fmt"
	"strings"

	"onthewire/lessons/04-quic/initial/field"
	"onthewire/lessons/04-quic/initial/meaning"
)

// mostShown is the size up to which a field's bytes are all shown.
const mostShown = 32

// fields draws fields and their parts, deeper ones more to the right.
func (p Pen) fields(data []byte, fields []field.Field, around []string, depth int) (lines []string) {
	for _, f := range fields {
		path := append(around[:len(around):len(around)], f.Name)
		section := meaning.Of(path...).Short()
		name := strings.Repeat("  ", depth) + f.Name
		switch {
		case f.Size == 0:
			continue // its length was a row, and says so
		case len(f.Parts) == 0:
			lines = append(lines, p.leaf(data, f, strings.Repeat("  ", depth)+words(data, f), section)...)
		case small(f):
			leaves := field.Leaves(f.Parts)
			if last := leaves[len(leaves)-1]; last.Name != "Length" && last.Value != "" {
				name += ": " + last.Value
			}
			f.Parts = nil
			lines = append(lines, p.leaf(data, f, name, section)...)
		default:
			head, rest := heading(f)
			deeper := depth
			if head.Size > 0 {
				name = fmt.Sprintf("%s, %d bytes", name, f.Size)
				lines = append(lines, p.leaf(data, head, name, section)...)
				deeper++
			}
			lines = append(lines, p.fields(data, rest, path, deeper)...)
		}
	}
	return lines
}

// words is what a field's row says. Each of a list need not be named again.
func words(data []byte, f field.Field) string {
	switch {
	case f.Value == "" || f.Value == fmt.Sprintf("%x", data[f.At:f.End()]): // it stands beside them
		return f.Name
	case f.Name == "SignatureScheme" || f.Name == "NamedGroup" || f.Name == "Cipher Suite" || f.Name == "ProtocolVersion":
		return f.Value
	}
	return f.Name + ": " + f.Value
}

// small is a parameter or an extension that says one thing: it gets one row.
func small(f field.Field) bool {
	first := f.Parts[0].Name
	return f.Size <= 9 && first == "Parameter ID" || f.Size <= 8 && f.Parts[len(f.Parts)-1].Name == "Data" || first == "Type" && f.Size == 4
}

// heading is what a group begins with and what stands in its own row: type and length.
func heading(f field.Field) (head field.Field, rest []field.Field) {
	head = field.Field{At: f.At}
	rest = f.Parts
	for _, name := range []string{"Type", "Parameter ID", "Length", "Parameter Length"} {
		if len(rest) > 0 && rest[0].Name == name {
			head.Size += rest[0].Size
			rest = rest[1:]
		}
	}
	return head, rest
}

// leaf draws the bytes of a field beside what they mean. A long run is folded.
func (p Pen) leaf(data []byte, f field.Field, text, section string) (lines []string) {
	var rows []string
	for at := f.At; at < f.End(); at += p.row() {
		if left := f.End() - at; f.Size > mostShown && at > f.At && left > p.row() {
			at = f.End() - p.row()
			rows = append(rows, p.folded(at-f.At-p.row()))
		}
		rows = append(rows, digits(data[at:min(at+p.row(), f.End())]))
	}
	for i, words := range p.wrap(text, section) {
		row, at := "", -1
		if i < len(rows) {
			row = rows[i]
		}
		if i == 0 {
			at = f.At
		}
		lines = append(lines, p.line(at, row, words))
	}
	for i := len(lines); i < len(rows); i++ {
		lines = append(lines, p.line(-1, rows[i], ""))
	}
	return lines
}

// line is an offset, some bytes, and words.
func (p Pen) line(at int, bytes, words string) string {
	offset := ""
	if at >= 0 {
		offset = fmt.Sprint(at)
	}
	return strings.TrimRight(fmt.Sprintf("%5s  %-*s  %s", offset, 3*p.row()-1, bytes, words), " ")
}

// pieces are the words of a text. One that no line has room for is cut.
func pieces(text string, room int) (words []string) {
	for _, word := range strings.Fields(text) {
		for count(word) > room {
			words = append(words, word[:room])
			word = word[room:]
		}
		words = append(words, word)
	}
	return words
}

// wrap breaks the words to what is left beside the bytes, behind the indent that they have.
// The section stands at the right margin of the first line.
func (p Pen) wrap(text, section string) (lines []string) {
	room := p.Width - 5 - 2 - (3*p.row() - 1) - 2
	indent := text[:len(text)-len(strings.TrimLeft(text, " "))]
	line, deeper := indent, indent+"  "
	if room < 40 {
		section = ""
	}
	limit := room - count(section) - 1
	for _, word := range pieces(text, room-len(deeper)) {
		if line != indent && count(line)+1+count(word) > limit {
			lines = append(lines, line)
			indent = deeper
			line, limit = indent, room
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	lines = append(lines, line)
	if space := room - count(lines[0]) - count(section); section != "" && space > 0 {
		lines[0] += strings.Repeat(" ", space) + section
	}
	return lines
}

func (p Pen) folded(n int) string {
	if p.row() < 8 {
		return fmt.Sprintf("... %d", n)
	}
	return fmt.Sprintf("... %d more", n)
}
