package octets

import (
	"fmt"
	"strings"
)

// A Reader reads the frames of one side, in the order in which they were sent.
type Reader struct {
	hpack *Decoder
	block []byte // of HEADERS without its end
}

// NewReader begins with a connection.
func NewReader() *Reader { return &Reader{hpack: NewDecoder()} }

// Frame says what each byte of a whole frame means, up to where there is a mistake in it.
func (f *Reader) Frame(octets []byte) ([]Field, error) {
	r := &reader{octets: octets}
	var length, kind, flags uint32
	r.group(func() (string, string, string) {
		length = r.number("9113 4.1", "Length", 3)
		kind = r.number("9113 4.1", "Type", 1)
		r.say("%d: %s", kind, typeName(kind))
		flags = r.number("9113 4.1", "Flags", 1)
		r.say("%08b%s", flags, flagNames(kind, flags))
		r.number("9113 4.1", "Stream Identifier", 4) // its first bit is reserved
		return "9113 4.1", "Frame Header", ""
	})
	if r.err == nil && int(length) != r.left() {
		r.fail("the frame says %d bytes, and %d follow", length, r.left())
	}
	if r.more() {
		r.group(func() (string, string, string) {
			f.payload(r, kind, flags)
			return "9113 " + sections[min(int(kind), len(sections)-1)], "Frame Payload", ""
		})
	}
	return r.fields, r.err
}

func (f *Reader) payload(r *reader, kind, flags uint32) {
	pad := 0
	if padded := kind == 0 || kind == 1 || kind == 5; padded && flags&0x8 != 0 {
		pad = int(r.number("9113 6.1", "Pad Length", 1))
		if pad > r.left() {
			r.fail("%d bytes of padding, and only %d are left", pad, r.left())
			return
		}
	}
	switch kind {
	case 0:
		r.take("9113 6.1", "Data", r.left()-pad)
		r.say("%s", short(r))
	case 1:
		if flags&0x20 != 0 {
			r.number("9113 6.2", "Exclusive, Stream Dependency", 4)
			r.number("9113 6.2", "Weight", 1)
		}
		f.fragment(r, r.left()-pad, flags&0x4 != 0)
	case 9:
		f.fragment(r, r.left(), flags&0x4 != 0)
	case 3:
		r.number("9113 6.4", "Error Code", 4)
	case 4:
		for r.more() {
			id := r.number("9113 6.5.1", "Identifier", 2)
			r.say("%d: %s", id, settingName(id))
			r.number("9113 6.5.1", "Value", 4)
		}
	case 7:
		r.number("9113 6.8", "Last-Stream-ID", 4)
		r.number("9113 6.8", "Error Code", 4)
		r.take("9113 6.8", "Additional Debug Data", r.left())
		r.say("%s", short(r))
	case 8:
		r.number("9113 6.9", "Window Size Increment", 4)
	default: // PRIORITY, PUSH_PROMISE, PING, and those that only others know
		r.take("9113 4.1", "Payload", r.left()-pad)
	}
	if pad > 0 {
		r.take("9113 6.1", "Padding", pad)
	}
	if r.more() {
		r.fail("%d bytes are left over", r.left())
	}
}

// fragment reads a part of a field block. A block in one piece is taken apart where it
// stands. Of one in several, the last piece says only what all of them come to.
func (f *Reader) fragment(r *reader, size int, ended bool) {
	if r.err != nil || size < 0 || size > r.left() {
		r.fail("the frame is too short")
		return
	}
	if ended && len(f.block) == 0 {
		within := &reader{octets: r.octets[:r.at+size], at: r.at}
		f.hpack.block(within)
		r.at, r.err = within.at, within.err
		r.fields = append(r.fields, within.fields...)
		return
	}
	f.block = append(f.block, r.take("9113 4.3", "Field Block Fragment", size)...)
	r.say("%d bytes of it so far", len(f.block))
	if ended {
		headers, _, err := f.hpack.Block(f.block)
		if err != nil {
			r.fail("the fragments together: %w", err)
		}
		r.say("the end, %d fields", len(headers))
		f.block = nil
	}
}

// short is as much of the last field as one reads at a glance.
func short(r *reader) string {
	if r.err != nil || len(r.fields) == 0 {
		return ""
	}
	const most = 32
	last := r.fields[len(r.fields)-1]
	octets := r.octets[last.At : last.At+last.Size]
	if len(octets) > most {
		return printable(string(octets[:most])) + " ..."
	}
	return printable(string(octets))
}

var (
	types    = []string{"DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY", "WINDOW_UPDATE", "CONTINUATION"}
	sections = []string{"6.1", "6.2", "6.3", "6.4", "6.5", "6.6", "6.7", "6.8", "6.9", "6.10", "5.5"}
	settings = []string{"", "SETTINGS_HEADER_TABLE_SIZE", "SETTINGS_ENABLE_PUSH", "SETTINGS_MAX_CONCURRENT_STREAMS", "SETTINGS_INITIAL_WINDOW_SIZE", "SETTINGS_MAX_FRAME_SIZE", "SETTINGS_MAX_HEADER_LIST_SIZE"}
)

func typeName(kind uint32) string {
	if int(kind) < len(types) {
		return types[kind]
	}
	return "unknown, to be ignored"
}

func settingName(id uint32) string {
	if id > 0 && int(id) < len(settings) {
		return settings[id]
	}
	return "unknown, to be ignored"
}

// flagNames names the bits that are set, from the highest. The same bit means something else
// in another type.
func flagNames(kind, flags uint32) string {
	names := map[uint32]map[uint32]string{
		0: {0x8: "PADDED", 0x1: "END_STREAM"}, 1: {0x20: "PRIORITY", 0x8: "PADDED", 0x4: "END_HEADERS", 0x1: "END_STREAM"},
		4: {0x1: "ACK"}, 5: {0x8: "PADDED", 0x4: "END_HEADERS"}, 6: {0x1: "ACK"}, 9: {0x4: "END_HEADERS"},
	}[kind]
	var set []string
	for bit := uint32(0x80); bit > 0; bit >>= 1 {
		if name := names[bit]; name != "" && flags&bit != 0 {
			set = append(set, name)
		}
	}
	if len(set) == 0 {
		return ""
	}
	return fmt.Sprintf(": %s", strings.Join(set, " "))
}
