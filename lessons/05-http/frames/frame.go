package frames

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// A Side is one end of the connection.
type Side int

const (
	Client Side = iota
	Server
)

func (s Side) String() string { return [...]string{"client", "server"}[s] }

// A Frame is what one side sent. The preface, which is no frame, is one of type Preface.
type Frame struct {
	From    Side
	Type    string   // as RFC 9113 has it
	Stream  uint32   // 0: the connection
	Length  int      // bytes, without the nine of the frame's header
	Flags   []string // that are set
	Says    []string // what is in it
	Section string   // of RFC 9113
	Octets  []byte   // as they were sent, header and all
}

// Preface is the type of the 24 bytes with which a client begins.
const Preface = "preface"

const headerSize = 9

// A watch takes what passes by apart into frames.
type watch struct {
	see   func(Frame)
	sides [2]*hpack.Decoder // each side has a table of its own (RFC 7541, section 2.2)
}

// saw shows the frames in some bytes. The last may lack its end, where the reader has refused it.
func (w *watch) saw(from Side, octets []byte) {
	if w.see == nil {
		return
	}
	if bytes.Equal(octets, []byte(http2.ClientPreface)) {
		w.see(Frame{From: from, Type: Preface, Length: len(octets), Says: []string{"PRI * HTTP/2.0"}, Section: "3.4", Octets: bytes.Clone(octets)})
		return
	}
	for len(octets) >= headerSize {
		length := int(binary.BigEndian.Uint32(append([]byte{0}, octets[:3]...)))
		end := min(headerSize+length, len(octets))
		f := w.frame(from, bytes.Clone(octets[:end]))
		f.Length = length
		w.see(f)
		octets = octets[end:]
	}
}

// frame reads one.
func (w *watch) frame(from Side, octets []byte) Frame {
	framer := http2.NewFramer(nil, bytes.NewReader(octets))
	framer.AllowIllegalReads = true // the order of frames is not judged here
	header, _ := http2.ReadFrameHeader(bytes.NewReader(octets))
	f := Frame{
		From: from, Type: header.Type.String(), Stream: header.StreamID, Flags: flags(header),
		Section: sections[header.Type], Octets: octets,
	}
	parsed, err := framer.ReadFrame()
	if err != nil {
		f.Says = []string{"not as RFC 9113 wants it"}
		return f
	}
	switch p := parsed.(type) {
	case *http2.HeadersFrame:
		f.Says = w.fields(from, p.HeaderBlockFragment())
	case *http2.ContinuationFrame:
		f.Says = w.fields(from, p.HeaderBlockFragment())
	default:
		f.Says = says(parsed)
	}
	return f
}

// fields decodes a fragment of a field block: those fields that end in it.
func (w *watch) fields(from Side, fragment []byte) (says []string) {
	size := uint32(0)
	see := func(f hpack.HeaderField) {
		if size += f.Size(); size <= MaxFields { // a few bytes may stand for megabytes
			says = append(says, printable(f.Name+": "+f.Value))
		}
	}
	if w.sides[from] == nil {
		w.sides[from] = hpack.NewDecoder(4096, nil)
		w.sides[from].SetMaxStringLength(MaxFields)
	}
	w.sides[from].SetEmitFunc(see)
	if _, err := w.sides[from].Write(fragment); err != nil {
		says = append(says, "then no HPACK")
	}
	return says
}
