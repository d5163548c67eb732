package octets

import "fmt"

// A Header is a field of a request or a response, ":method" and the like included.
type Header struct{ Name, Value string }

func (h Header) String() string { return h.Name + ": " + h.Value }

// size is what a field counts in a table (RFC 7541, section 4.1).
func (h Header) size() int { return len(h.Name) + len(h.Value) + 32 }

// TableSize is how many bytes the dynamic table may have if nobody says otherwise.
const TableSize = 4096

// A table is the dynamic one. Both sides fill it in the same way, so a number is enough to
// name what is in it.
type table struct {
	entries []Header // the newest last
	size    int
	most    int
}

// add puts a field in, and drops the oldest for which there is no room any more.
func (t *table) add(h Header) {
	t.entries = append(t.entries, h)
	t.size += h.size()
	t.shrink()
}

func (t *table) shrink() {
	gone := 0
	for ; t.size > t.most; gone++ {
		t.size -= t.entries[gone].size()
	}
	t.entries = append([]Header(nil), t.entries[gone:]...)
}

// at is what an index stands for: first the static table, then the dynamic one from the
// newest on (RFC 7541, section 2.3.3).
func (t *table) at(index int) (h Header, where string, err error) {
	newest := len(static) + 1
	switch {
	case index == 0 || index >= newest+len(t.entries):
		return h, "", fmt.Errorf("no table has an entry %d", index)
	case index < newest:
		return static[index-1], "static table", nil
	default:
		return t.entries[len(t.entries)-1-(index-newest)], "dynamic table", nil
	}
}
