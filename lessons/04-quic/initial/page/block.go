package page

import (
	"encoding/hex"
	"fmt"
)

const (
	wide     = 16 // bytes in a row
	mostRows = 3  // of one field without a break; what is more is folded
)

// A block is a datagram or a message: bytes in rows, and which field each belongs to.
type block struct {
	ID, Title, About string
	Bytes, Wire      []byte
	cells            []int // the number of its field, by byte
}

func (b *block) add(v *view, n, at int) {
	for len(b.cells) <= at {
		b.cells = append(b.cells, n)
	}
	b.cells[at] = n
}

// WireHex is what was on the wire, for the script.
func (b *block) WireHex() string { return hex.EncodeToString(b.Wire) }

// A cell is a byte.
type cell struct {
	Field int
	First bool // of its field
	Hex   string
}

// A group is rows that are seen or folded together.
type group struct {
	ID     string
	Folded int // bytes, or 0
	Of     int // the field
	Rows   []row
}

type row struct {
	At    int
	Cells []cell
}

// Groups are the rows. Those in the middle of a long field are folded.
func (b *block) Groups() (groups []group) {
	var rows []row
	for at := 0; at < len(b.cells); at += wide {
		r := row{At: at}
		for i := at; i < min(at+wide, len(b.cells)); i++ {
			first := i == 0 || b.cells[i] != b.cells[i-1]
			r.Cells = append(r.Cells, cell{b.cells[i], first, fmt.Sprintf("%02x", b.Bytes[i])})
		}
		rows = append(rows, r)
	}
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && n*wide+wide <= len(b.cells) && b.one(rows[0].At, rows[n].At+wide) {
			n++
		}
		if n <= mostRows {
			groups = append(groups, group{Rows: rows[:1]})
			rows = rows[1:]
			continue
		}
		inner := rows[1 : n-1]
		groups = append(groups, group{Rows: rows[:1]}, group{
			ID: fmt.Sprintf("%s-%d", b.ID, inner[0].At), Folded: len(inner) * wide, Of: b.cells[rows[0].At], Rows: inner,
		})
		rows = rows[n-1:]
	}
	return groups
}

// one tells whether the bytes from one offset to another are all of one field.
func (b *block) one(from, end int) bool {
	if end > len(b.cells) {
		return false
	}
	for i := from + 1; i < end; i++ {
		if b.cells[i] != b.cells[from] {
			return false
		}
	}
	return true
}

// A Run is a field in the order of the bytes.
type run struct{ Field, At, Size int }

// Runs are the fields, for those who read them as a list.
func (b *block) Runs() (runs []run) {
	for at, n := range b.cells {
		if at == 0 || b.cells[at-1] != n {
			runs = append(runs, run{n, at, 0})
		}
		runs[len(runs)-1].Size++
	}
	return runs
}
