// Package field reads bytes that other people have written, and keeps what each of them means.
package field

// A Field is a run of bytes that means one thing, or the whole of its Parts.
type Field struct {
	Name  string  `json:"name"`            // as the RFC has it
	Value string  `json:"value,omitempty"` // what it says
	At    int     `json:"at"`              // the offset of its first byte
	Size  int     `json:"size"`            // in bytes
	Parts []Field `json:"parts,omitempty"` // in order and without gaps: each byte is in one
}

// End is the offset behind its last byte.
func (f Field) End() int { return f.At + f.Size }

// Leaves are the fields without parts, in order.
func Leaves(fields []Field) (leaves []Field) {
	Walk(fields, nil, func(path []string, f Field) {
		if len(f.Parts) == 0 {
			leaves = append(leaves, f)
		}
	})
	return leaves
}

// Walk visits all fields in order, each before its parts, with the names of those around it.
func Walk(fields []Field, around []string, visit func(around []string, f Field)) {
	for _, f := range fields {
		visit(around, f)
		Walk(f.Parts, append(around[:len(around):len(around)], f.Name), visit)
	}
}

// Cut is what lies in the bytes from one offset to another, at its new place: what stood at
// from stands at to.
func Cut(fields []Field, from, end, to int) (cut []Field) {
	for _, f := range fields {
		first, last := max(f.At, from), min(f.End(), end)
		if first >= last {
			continue // a field of no bytes is in no piece
		}
		f.Parts = Cut(f.Parts, from, end, to)
		f.At, f.Size = first-from+to, last-first
		cut = append(cut, f)
	}
	return cut
}
