package octets

import (
	"fmt"
	"strconv"
)

// A Decoder reads the field blocks of one side of a connection, in the order in which they
// came: each may name what an earlier one has put into the table.
type Decoder struct {
	table table
}

// NewDecoder makes one whose table is as large as it may be without a SETTINGS frame.
func NewDecoder() *Decoder { return &Decoder{table{most: TableSize}} }

// Block reads a whole field block.
func (d *Decoder) Block(octets []byte) (headers []Header, fields []Field, err error) {
	r := &reader{octets: octets}
	headers = d.block(r)
	return headers, r.fields, r.err
}

// block reads the representations of RFC 7541, section 6. The first bits tell which.
func (d *Decoder) block(r *reader) (headers []Header) {
	for r.more() {
		first := r.octets[r.at]
		switch {
		case first&0x80 != 0: // 1
			headers = append(headers, d.indexed(r))
		case first&0x40 != 0: // 01
			headers = append(headers, d.literal(r, "6.2.1", "Literal with Incremental Indexing", 6, true))
		case first&0x20 != 0: // 001
			if len(headers) > 0 {
				r.fail("a new size of the table has to come first in a block")
				break
			}
			d.resize(r)
		case first&0x10 != 0: // 0001
			headers = append(headers, d.literal(r, "6.2.3", "Literal never Indexed", 4, false))
		default: // 0000
			headers = append(headers, d.literal(r, "6.2.2", "Literal without Indexing", 4, false))
		}
	}
	if r.err != nil {
		return nil
	}
	return headers
}

// indexed is a whole field in one number.
func (d *Decoder) indexed(r *reader) (h Header) {
	r.group(func() (string, string, string) {
		index, where := r.integer("6.1", "Index", 7), ""
		h, where = d.at(r, index)
		r.say("bit 1, then %d: %s", index, where)
		return "7541 6.1", "Indexed", printable(h.String())
	})
	return h
}

// literal is a field of which only the name may be in a table. Its value is written out.
func (d *Decoder) literal(r *reader, section, kind string, prefix int, keep bool) (h Header) {
	r.group(func() (string, string, string) {
		index := r.integer(section, "Index of the name", prefix)
		bits := map[int]string{6: "01", 4: fmt.Sprintf("%04b", map[bool]int{true: 1}[section == "6.2.3"])}[prefix]
		if index == 0 {
			r.say("bits %s, then 0: it follows", bits)
			h.Name = r.text(section, "Name")
		} else {
			named, where := d.at(r, index)
			h.Name = named.Name
			r.say("bits %s, then %d: %s, %s", bits, index, where, printable(h.Name))
		}
		h.Value = r.text(section, "Value")
		value := printable(h.String())
		if keep && r.err == nil {
			d.table.add(h)
			value += fmt.Sprintf(", now %d in the table", len(static)+1)
			if len(d.table.entries) == 0 {
				value = printable(h.String()) + ", too large for the table, which is empty now"
			}
		}
		return "7541 " + section, kind, value
	})
	return h
}

// resize is the sender's word on how large its table is from now on.
func (d *Decoder) resize(r *reader) {
	r.group(func() (string, string, string) {
		size := r.integer("6.3", "Max size", 5)
		r.say("bits 001, then %d", size)
		if size > TableSize {
			r.fail("a table of %d bytes, and we allow %d", size, TableSize)
		} else if r.err == nil {
			d.table.most = size
			d.table.shrink()
		}
		return "7541 6.3", "Dynamic Table Size Update", strconv.Itoa(size)
	})
}

func (d *Decoder) at(r *reader, index int) (Header, string) {
	if r.err != nil {
		return Header{}, ""
	}
	h, where, err := d.table.at(index)
	if err != nil {
		r.fail("%w", err)
	}
	return h, where
}

// integer reads a number that begins in the last bits of a byte. If it does not fit there,
// they are all 1 and the rest follows, seven bits a byte, the lowest first (RFC 7541, 5.1).
func (r *reader) integer(section, name string, bits int) int {
	if r.err == nil && r.left() == 0 {
		r.fail("the bytes end before %s", name)
	}
	if r.err != nil {
		return 0
	}
	most := 1<<bits - 1
	v, size := int(r.octets[r.at])&most, 1
	if v == most {
		for shift := 0; ; shift += 7 {
			if size == r.left() || shift > 21 { // four more bytes are more than a frame could have
				r.fail("%s has no end, or is too large", name)
				return 0
			}
			octet := r.octets[r.at+size]
			v += int(octet&0x7f) << shift
			size++
			if octet&0x80 == 0 {
				break
			}
		}
	}
	r.take("7541 "+section, name, size)
	return v
}

// text reads a string: a bit that says whether it is Huffman-coded, its length, its bytes
// (RFC 7541, section 5.2).
func (r *reader) text(section, name string) string {
	coded := r.more() && r.octets[r.at]&0x80 != 0
	length := r.integer("5.2", "Length", 7)
	r.say("bit %s, then %d", map[bool]string{true: "1 for Huffman", false: "0 for plain"}[coded], length)
	octets := r.take("7541 5.2", name, length)
	if r.err != nil {
		return ""
	}
	if !coded {
		r.say("%s", printable(string(octets)))
		return string(octets)
	}
	text, err := unhuffman(octets)
	if err != nil {
		r.fail("%s: %w", name, err)
		return ""
	}
	r.say("%s, %d letters in %d bytes", printable(string(text)), len(text), len(octets))
	return string(text)
}

// printable is text as a terminal may have it.
func printable(text string) string {
	quoted := strconv.Quote(text)
	if plain := quoted[1 : len(quoted)-1]; plain != text {
		return quoted
	}
	return text
}
